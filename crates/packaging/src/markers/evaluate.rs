//! Evaluating markers as `packaging` does.

use super::{Comparison, Marker, MarkerEnvironment, MarkerExpression, MarkerOperator, MarkerVariable, Sides};
use crate::name::{Extra, GroupName};
use crate::specifiers::{self, Operator, Prereleases};
use std::borrow::Cow;

/// Where a marker stands decides which variables it may use besides those of the environment.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkerContext<'a> {
    /// `extra`: the one extra asked for, or `""` for none; `None` where the variable does not exist.
    pub extra: Option<&'a str>,
    /// `extras` of a lock file (PEP 751); `None` where the variable does not exist.
    pub extras: Option<&'a [Extra]>,
    /// `dependency_groups` of a lock file (PEP 751); `None` where the variable does not exist.
    pub dependency_groups: Option<&'a [GroupName]>,
}

impl<'a> MarkerContext<'a> {
    /// In the metadata of a package: `extra` exists, and is `""` when no extra is asked for.
    #[must_use]
    pub const fn metadata(extra: &'a str) -> Self {
        Self { extra: Some(extra), extras: None, dependency_groups: None }
    }

    /// In a lock file: `extras` and `dependency_groups` exist.
    #[must_use]
    pub const fn lock(extras: &'a [Extra], dependency_groups: &'a [GroupName]) -> Self {
        Self { extra: None, extras: Some(extras), dependency_groups: Some(dependency_groups) }
    }
}

/// A marker that has no answer here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndefinedMarker {
    /// The variable does not exist in this context.
    #[error("`{0}` is not defined here")]
    Variable(MarkerVariable),
    /// The operator has no meaning for these values.
    #[error("`{comparison}` is not defined")]
    Comparison {
        /// The comparison, as printed.
        comparison: String,
    },
}

impl Marker {
    /// Whether the marker of a dependency holds, with these extras of the depending package asked for: as pip
    /// does it, when it holds for one of them, or without any when there are none. What has no answer does not
    /// hold.
    #[must_use]
    pub fn evaluate(&self, environment: &MarkerEnvironment, extras: &[Extra]) -> bool {
        let holds =
            |extra: &str| self.evaluate_in(environment, &MarkerContext::metadata(extra)).unwrap_or(false);
        if extras.is_empty() || !self.mentions(MarkerVariable::Extra) {
            return holds("");
        }
        extras.iter().any(|extra| holds(extra.as_str()))
    }

    /// Whether the marker holds in a context.
    ///
    /// # Errors
    /// [`UndefinedMarker`] when some comparison has no answer, even if the others decide.
    pub fn evaluate_in(
        &self,
        environment: &MarkerEnvironment,
        context: &MarkerContext<'_>,
    ) -> Result<bool, UndefinedMarker> {
        evaluate(&self.expression, environment, context)
    }
}

fn evaluate(
    expression: &MarkerExpression,
    environment: &MarkerEnvironment,
    context: &MarkerContext<'_>,
) -> Result<bool, UndefinedMarker> {
    // No short cut: `packaging` reports an undefined comparison wherever it stands.
    let fold = |parts: &[MarkerExpression], start: bool, join: fn(bool, bool) -> bool| {
        parts.iter().try_fold(start, |holds, part| Ok(join(holds, evaluate(part, environment, context)?)))
    };
    match expression {
        MarkerExpression::Comparison(comparison) => compare(comparison, environment, context),
        MarkerExpression::And(parts) => fold(parts, true, |left, right| left && right),
        MarkerExpression::Or(parts) => fold(parts, false, |left, right| left || right),
        MarkerExpression::Group(inner) => evaluate(inner, environment, context),
    }
}

fn compare(
    comparison: &Comparison,
    environment: &MarkerEnvironment,
    context: &MarkerContext<'_>,
) -> Result<bool, UndefinedMarker> {
    let operator = comparison.operator;
    let answer = match comparison.sides() {
        Sides::Texts(left, right) => compare_texts(operator, left, right),
        Sides::Variable(variable, text) => match value_of(variable, environment, context)? {
            Value::Names(_) => None,
            Value::Text(value) => compare_values(variable, operator, &value, text),
        },
        Sides::VariableOnTheRight(text, variable) => match value_of(variable, environment, context)? {
            Value::Names(names) => compare_with_names(operator, text, names),
            Value::Text(value) => compare_values(variable, operator, text, &value),
        },
    };
    answer.ok_or_else(|| UndefinedMarker::Comparison { comparison: comparison.to_string() })
}

enum Value<'a> {
    Text(Cow<'a, str>),
    Names(&'a [Extra]),
}

fn value_of<'a>(
    variable: MarkerVariable,
    environment: &'a MarkerEnvironment,
    context: &MarkerContext<'a>,
) -> Result<Value<'a>, UndefinedMarker> {
    let value = match variable {
        MarkerVariable::Extras => context.extras.map(Value::Names),
        MarkerVariable::DependencyGroups => context.dependency_groups.map(Value::Names),
        MarkerVariable::Extra => context.extra.map(|extra| Value::Text(Cow::Borrowed(extra))),
        variable => environment.get(variable).map(Value::Text),
    };
    value.ok_or(UndefinedMarker::Variable(variable))
}

fn compare_values(
    variable: MarkerVariable,
    operator: MarkerOperator,
    left: &str,
    right: &str,
) -> Option<bool> {
    let as_versions = if variable.is_version() { compare_versions(operator, left, right) } else { None };
    as_versions.or_else(|| compare_texts(operator, left, right))
}

/// PEP 508: as versions where operator and right side make a specifier.
fn compare_versions(operator: MarkerOperator, left: &str, right: &str) -> Option<bool> {
    let MarkerOperator::Version(operator) = operator else { return None };
    Some(specifiers::joined(operator, right)?.contains_text(left, Prereleases::Allow))
}

/// Texts have no order: `<=` and `>=` are equality, `<` and `>` never hold.
pub(super) fn compare_texts(operator: MarkerOperator, left: &str, right: &str) -> Option<bool> {
    Some(match operator {
        MarkerOperator::In => right.contains(left),
        MarkerOperator::NotIn => !right.contains(left),
        MarkerOperator::Version(operator) => match operator {
            Operator::Equal | Operator::LessEqual | Operator::GreaterEqual => left == right,
            Operator::NotEqual => left != right,
            Operator::Less | Operator::Greater => false,
            Operator::Compatible | Operator::Arbitrary => return None,
        },
    })
}

/// A text against a set of names: only membership says something.
fn compare_with_names(operator: MarkerOperator, left: &str, names: &[Extra]) -> Option<bool> {
    let is_member = || names.iter().any(|name| name.as_str() == left);
    Some(match operator {
        MarkerOperator::In => is_member(),
        MarkerOperator::NotIn => !is_member(),
        MarkerOperator::Version(operator) => match operator {
            Operator::Compatible | Operator::Arbitrary => return None,
            operator => operator == Operator::NotEqual,
        },
    })
}
