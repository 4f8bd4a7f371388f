//! Environment markers: `python_version < "3.12" and sys_platform == "win32"` (PEP 508, PEP 685, PEP 751).

mod algebra;
mod environment;
mod evaluate;
mod parse;
#[cfg(test)]
mod tests;

pub use algebra::MarkerSet;
pub use environment::MarkerEnvironment;
pub use evaluate::{MarkerContext, UndefinedMarker};

pub(crate) use parse::marker;

use crate::specifiers::Operator;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::str::FromStr;

/// A text that is no marker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MarkerError {
    /// What was expected.
    pub message: String,
    /// The bytes of the text at fault; empty for a place between two bytes.
    pub span: Range<usize>,
}

/// A condition on the environment. Prints as `packaging` prints it; equality is that of the printed form.
#[derive(Debug, Clone)]
pub struct Marker {
    expression: MarkerExpression,
}

/// The structure of a marker.
#[derive(Debug, Clone)]
pub enum MarkerExpression {
    /// One comparison.
    Comparison(Comparison),
    /// All of two or more must hold.
    And(Vec<MarkerExpression>),
    /// One of two or more must hold.
    Or(Vec<MarkerExpression>),
    /// An `And` or `Or` that was written in parentheses.
    Group(Box<MarkerExpression>),
}

/// `left operator right`, of which at least one side is usually a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Comparison {
    /// The left side.
    pub left: MarkerValue,
    /// The operator.
    pub operator: MarkerOperator,
    /// The right side.
    pub right: MarkerValue,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkerValue {
    /// A variable of the environment.
    Variable(MarkerVariable),
    /// A quoted text.
    Text(Box<str>),
}

/// An operator of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkerOperator {
    /// One of the operators of version specifiers.
    Version(Operator),
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl fmt::Display for MarkerOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version(operator) => operator.as_str(),
            Self::In => "in",
            Self::NotIn => "not in",
        })
    }
}

/// A variable of the environment (PEP 508), of the request (`extra`) or of a lock file (PEP 751).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkerVariable {
    /// `python_version`
    PythonVersion,
    /// `python_full_version`
    PythonFullVersion,
    /// `os_name`
    OsName,
    /// `sys_platform`
    SysPlatform,
    /// `platform_machine`
    PlatformMachine,
    /// `platform_release`
    PlatformRelease,
    /// `platform_system`
    PlatformSystem,
    /// `platform_version`
    PlatformVersion,
    /// `platform_python_implementation`, also written `python_implementation`
    PlatformPythonImplementation,
    /// `implementation_name`
    ImplementationName,
    /// `implementation_version`
    ImplementationVersion,
    /// `extra`
    Extra,
    /// `extras`, in lock files
    Extras,
    /// `dependency_groups`, in lock files
    DependencyGroups,
}

impl MarkerVariable {
    /// All variables.
    pub const ALL: [Self; 14] = [
        Self::PythonVersion,
        Self::PythonFullVersion,
        Self::OsName,
        Self::SysPlatform,
        Self::PlatformMachine,
        Self::PlatformRelease,
        Self::PlatformSystem,
        Self::PlatformVersion,
        Self::PlatformPythonImplementation,
        Self::ImplementationName,
        Self::ImplementationVersion,
        Self::Extra,
        Self::Extras,
        Self::DependencyGroups,
    ];

    /// The name of the variable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PythonVersion => "python_version",
            Self::PythonFullVersion => "python_full_version",
            Self::OsName => "os_name",
            Self::SysPlatform => "sys_platform",
            Self::PlatformMachine => "platform_machine",
            Self::PlatformRelease => "platform_release",
            Self::PlatformSystem => "platform_system",
            Self::PlatformVersion => "platform_version",
            Self::PlatformPythonImplementation => "platform_python_implementation",
            Self::ImplementationName => "implementation_name",
            Self::ImplementationVersion => "implementation_version",
            Self::Extra => "extra",
            Self::Extras => "extras",
            Self::DependencyGroups => "dependency_groups",
        }
    }

    /// Whether values are compared as versions where both sides are versions.
    #[must_use]
    pub const fn is_version(self) -> bool {
        use MarkerVariable::{ImplementationVersion, PlatformRelease, PythonFullVersion, PythonVersion};
        matches!(self, PythonVersion | PythonFullVersion | ImplementationVersion | PlatformRelease)
    }

    /// The variable of this name, PEP 345's spellings with dots included.
    fn named(name: &str) -> Option<Self> {
        match name {
            "os.name" => Some(Self::OsName),
            "sys.platform" => Some(Self::SysPlatform),
            "platform.version" => Some(Self::PlatformVersion),
            "platform.machine" => Some(Self::PlatformMachine),
            "platform.python_implementation" | "python_implementation" => {
                Some(Self::PlatformPythonImplementation)
            }
            _ => Self::ALL.into_iter().find(|variable| variable.as_str() == name),
        }
    }
}

impl fmt::Display for MarkerVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a comparison compares. The right one of two variables stands for its name, as in `packaging`.
enum Sides<'a> {
    Variable(MarkerVariable, &'a str),
    VariableOnTheRight(&'a str, MarkerVariable),
    Texts(&'a str, &'a str),
}

impl Comparison {
    fn sides(&self) -> Sides<'_> {
        match (&self.left, &self.right) {
            (MarkerValue::Variable(variable), MarkerValue::Text(text)) => Sides::Variable(*variable, text),
            (MarkerValue::Variable(variable), MarkerValue::Variable(name)) => {
                Sides::Variable(*variable, name.as_str())
            }
            (MarkerValue::Text(text), MarkerValue::Variable(variable)) => {
                Sides::VariableOnTheRight(text, *variable)
            }
            (MarkerValue::Text(left), MarkerValue::Text(right)) => Sides::Texts(left, right),
        }
    }
}

impl Marker {
    /// Reads a marker.
    ///
    /// # Errors
    /// [`MarkerError`] when the text is not exactly one marker.
    pub fn parse(text: &str) -> Result<Self, MarkerError> {
        parse::whole(text)
            .map(Self::from)
            .map_err(|failure| MarkerError { message: failure.message.into_owned(), span: failure.span })
    }

    /// The structure, for analysis.
    #[must_use]
    pub fn expression(&self) -> &MarkerExpression {
        &self.expression
    }

    /// Holds where both markers hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { expression: MarkerExpression::And(vec![self.grouped(), other.grouped()]) }
    }

    /// Holds where one of the markers holds.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self { expression: MarkerExpression::Or(vec![self.grouped(), other.grouped()]) }
    }

    /// Whether a variable occurs in it.
    #[must_use]
    pub fn mentions(&self, variable: MarkerVariable) -> bool {
        self.expression.mentions(variable)
    }

    fn grouped(&self) -> MarkerExpression {
        self.expression.clone().grouped()
    }
}

impl MarkerExpression {
    fn grouped(self) -> Self {
        match self {
            Self::And(_) | Self::Or(_) => Self::Group(Box::new(self)),
            single => single,
        }
    }

    fn without_group(self) -> Self {
        match self {
            Self::Group(inner) => *inner,
            other => other,
        }
    }

    fn mentions(&self, variable: MarkerVariable) -> bool {
        match self {
            Self::Comparison(comparison) => {
                [&comparison.left, &comparison.right].contains(&&MarkerValue::Variable(variable))
            }
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.mentions(variable)),
            Self::Group(inner) => inner.mentions(variable),
        }
    }
}

impl From<Comparison> for Marker {
    fn from(comparison: Comparison) -> Self {
        Self { expression: MarkerExpression::Comparison(comparison) }
    }
}

impl From<MarkerExpression> for Marker {
    fn from(expression: MarkerExpression) -> Self {
        Self { expression: expression.without_group() }
    }
}

impl PartialEq for Marker {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Marker {}

impl std::hash::Hash for Marker {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl FromStr for Marker {
    type Err = MarkerError;
    fn from_str(text: &str) -> Result<Self, MarkerError> {
        Self::parse(text)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

impl fmt::Display for MarkerExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comparison(comparison) => comparison.fmt(f),
            Self::And(parts) => write_joined(f, parts, " and ", |part| matches!(part, Self::Or(_))),
            Self::Or(parts) => write_joined(f, parts, " or ", |_| false),
            Self::Group(inner) => write!(f, "({inner})"),
        }
    }
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[MarkerExpression],
    word: &str,
    needs_parentheses: fn(&MarkerExpression) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if needs_parentheses(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.operator, self.right)
    }
}

impl fmt::Display for MarkerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => variable.fmt(f),
            Self::Text(text) => write_literal(f, text),
        }
    }
}

/// A Python literal of `text`, as `packaging` prints it where that is read as the same text. It prints what has been escaped
/// as it is; here no text ends its line or its quotes.
fn write_literal(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    f.write_char(quote)?;
    if !text.contains(|c: char| c == quote || is_unprintable(c))
        && parse::unescape(text).as_deref() == Some(text)
    {
        f.write_str(text)?;
    } else {
        for c in text.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                c if c == quote || is_unprintable(c) => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
    }
    f.write_char(quote)
}

fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')
}
