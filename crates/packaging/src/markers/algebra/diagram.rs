//! The decision diagram under [`super::MarkerSet`].
//!
//! Each decision asks one question, and the questions along every path follow one order: releases, then texts,
//! then single facts. Invariants that make equal sets equal values: no decision has only one outcome; the
//! outcome for a text differs from what is decided for all other texts; below the outcome for a text no fact
//! about its variable is asked, as the text answers it.

use super::super::evaluate::compare_texts;
use super::super::{
    Comparison, Marker, MarkerContext, MarkerEnvironment, MarkerOperator, MarkerValue, MarkerVariable,
};
use super::releases::{FIRST, Release, Releases, release_of};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Constant(bool),
    Decision(Arc<Decision>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Decision {
    pub(super) split: Split,
    /// Whether some decision from here on is a [`Split::Fact`].
    asks_facts: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Split {
    /// Each outcome holds from its release up to the next one; the first begins at [`FIRST`].
    Releases { variable: MarkerVariable, pieces: Vec<(Release, Node)> },
    /// By the value of a variable.
    Texts { variable: MarkerVariable, values: BTreeMap<Box<str>, Node>, otherwise: Node },
    /// By something that is so or not.
    Fact { fact: Fact, yes: Node, no: Node },
}

/// A question with no structure that the diagram knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fact {
    Comparison(Comparison),
    /// A whole marker, printed, that was too large for a diagram.
    Marker(Box<str>),
}

/// What a decision asks, in the order of asking.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Question<'a> {
    Releases(MarkerVariable),
    Texts(MarkerVariable),
    Fact(&'a Fact),
}

impl Decision {
    fn question(&self) -> Question<'_> {
        match &self.split {
            Split::Releases { variable, .. } => Question::Releases(*variable),
            Split::Texts { variable, .. } => Question::Texts(*variable),
            Split::Fact { fact, .. } => Question::Fact(fact),
        }
    }
}

impl Node {
    fn decide(split: Split) -> Self {
        let asks_facts = match &split {
            Split::Releases { pieces, .. } => pieces.iter().any(|(_, node)| node.asks_facts()),
            Split::Texts { values, otherwise, .. } => {
                otherwise.asks_facts() || values.values().any(Self::asks_facts)
            }
            Split::Fact { .. } => true,
        };
        Self::Decision(Arc::new(Decision { split, asks_facts }))
    }

    fn asks_facts(&self) -> bool {
        matches!(self, Self::Decision(decision) if decision.asks_facts)
    }

    pub(super) fn releases(variable: MarkerVariable, mut pieces: Vec<(Release, Self)>) -> Self {
        pieces.dedup_by(|later, earlier| later.1 == earlier.1);
        if pieces.len() > 1 {
            return Self::decide(Split::Releases { variable, pieces });
        }
        pieces.pop().map_or(Self::Constant(false), |(_, node)| node)
    }

    pub(super) fn texts(
        variable: MarkerVariable,
        values: impl IntoIterator<Item = (Box<str>, Self)>,
        otherwise: Self,
    ) -> Self {
        let values: BTreeMap<Box<str>, Self> = values
            .into_iter()
            .map(|(value, node)| (restrict(&node, variable, &value), value))
            .filter(|(node, value)| *node != restrict(&otherwise, variable, value))
            .map(|(node, value)| (value, node))
            .collect();
        if values.is_empty() { otherwise } else { Self::decide(Split::Texts { variable, values, otherwise }) }
    }

    pub(super) fn fact(fact: Fact, yes: Self, no: Self) -> Self {
        if yes == no { yes } else { Self::decide(Split::Fact { fact, yes, no }) }
    }
}

pub(super) fn and(left: &Node, right: &Node) -> Node {
    Combine { absorbing: false, known: FxHashMap::default() }.combine(left, right)
}

pub(super) fn or(left: &Node, right: &Node) -> Node {
    Combine { absorbing: true, known: FxHashMap::default() }.combine(left, right)
}

/// One run of `and` or `or`, with what it has answered so far.
struct Combine {
    /// The constant that decides the result whatever the other side is.
    absorbing: bool,
    known: FxHashMap<(*const Decision, *const Decision), Node>,
}

impl Combine {
    fn combine(&mut self, left: &Node, right: &Node) -> Node {
        let (a, b) = match (left, right) {
            (Node::Constant(constant), other) | (other, Node::Constant(constant)) => {
                return if *constant == self.absorbing { Node::Constant(*constant) } else { other.clone() };
            }
            (Node::Decision(a), Node::Decision(b)) if Arc::ptr_eq(a, b) => return left.clone(),
            (Node::Decision(a), Node::Decision(b)) => (a, b),
        };
        let key = (Arc::as_ptr(a), Arc::as_ptr(b));
        if let Some(node) = self.known.get(&key) {
            return node.clone();
        }
        let node = match a.question().min(b.question()) {
            Question::Releases(variable) => self.combine_releases(variable, left, right),
            Question::Texts(variable) => self.combine_texts(variable, left, right),
            Question::Fact(fact) => {
                let ((yes, no), (other_yes, other_no)) = (by_fact(fact, left), by_fact(fact, right));
                Node::fact(fact.clone(), self.combine(yes, other_yes), self.combine(no, other_no))
            }
        };
        self.known.insert(key, node.clone());
        node
    }

    fn combine_releases(&mut self, variable: MarkerVariable, left: &Node, right: &Node) -> Node {
        let (a, b) = (by_releases(variable, left), by_releases(variable, right));
        let mut starts: Vec<Release> = a.iter().chain(&b).map(|(start, _)| *start).collect();
        starts.sort_unstable();
        starts.dedup();
        let pieces = starts.into_iter().map(|start| (start, self.combine(at(&a, start), at(&b, start))));
        Node::releases(variable, pieces.collect())
    }

    fn combine_texts(&mut self, variable: MarkerVariable, left: &Node, right: &Node) -> Node {
        let (a, b) = (ByText::of(variable, left), ByText::of(variable, right));
        let keys: std::collections::BTreeSet<&str> = a.keys().chain(b.keys()).collect();
        let values: Vec<(Box<str>, Node)> =
            keys.into_iter().map(|key| (key.into(), self.combine(a.get(key), b.get(key)))).collect();
        let otherwise = self.combine(a.otherwise, b.otherwise);
        Node::texts(variable, values, otherwise)
    }
}

/// The outcomes of a node by the releases of a variable: one, if it does not ask for them first.
fn by_releases(variable: MarkerVariable, node: &Node) -> Vec<(Release, &Node)> {
    if let Node::Decision(decision) = node
        && let Split::Releases { variable: asked, pieces } = &decision.split
        && *asked == variable
    {
        return pieces.iter().map(|(start, node)| (*start, node)).collect();
    }
    vec![(FIRST, node)]
}

/// The outcome that holds at a release.
fn at<'a>(pieces: &[(Release, &'a Node)], release: Release) -> &'a Node {
    let behind = pieces.partition_point(|(start, _)| *start <= release);
    pieces[behind.max(1) - 1].1
}

fn by_fact<'a>(fact: &Fact, node: &'a Node) -> (&'a Node, &'a Node) {
    if let Node::Decision(decision) = node
        && let Split::Fact { fact: asked, yes, no } = &decision.split
        && asked == fact
    {
        return (yes, no);
    }
    (node, node)
}

/// The outcomes of a node by the value of a variable.
struct ByText<'a> {
    values: Option<&'a BTreeMap<Box<str>, Node>>,
    otherwise: &'a Node,
}

impl<'a> ByText<'a> {
    fn of(variable: MarkerVariable, node: &'a Node) -> Self {
        if let Node::Decision(decision) = node
            && let Split::Texts { variable: asked, values, otherwise } = &decision.split
            && *asked == variable
        {
            return Self { values: Some(values), otherwise };
        }
        Self { values: None, otherwise: node }
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.values.into_iter().flat_map(|values| values.keys().map(|key| &**key))
    }

    fn get(&self, key: &str) -> &'a Node {
        self.values.and_then(|values| values.get(key)).unwrap_or(self.otherwise)
    }
}

/// The same decisions with other outcomes below them.
fn map_children(split: &Split, mut map: impl FnMut(&Node) -> Node) -> Node {
    match split {
        Split::Releases { variable, pieces } => {
            Node::releases(*variable, pieces.iter().map(|(start, node)| (*start, map(node))).collect())
        }
        Split::Texts { variable, values, otherwise } => {
            let values: Vec<_> = values.iter().map(|(value, node)| (value.clone(), map(node))).collect();
            Node::texts(*variable, values, map(otherwise))
        }
        Split::Fact { fact, yes, no } => Node::fact(fact.clone(), map(yes), map(no)),
    }
}

pub(super) fn not(node: &Node) -> Node {
    fn negate(node: &Node, known: &mut FxHashMap<*const Decision, Node>) -> Node {
        let decision = match node {
            Node::Constant(constant) => return Node::Constant(!constant),
            Node::Decision(decision) => decision,
        };
        if let Some(node) = known.get(&Arc::as_ptr(decision)) {
            return node.clone();
        }
        let negated = map_children(&decision.split, |child| negate(child, known));
        known.insert(Arc::as_ptr(decision), negated.clone());
        negated
    }
    negate(node, &mut FxHashMap::default())
}

/// What remains to be asked once a variable is known to have a value.
pub(super) fn restrict(node: &Node, variable: MarkerVariable, value: &str) -> Node {
    let Node::Decision(decision) = node else { return node.clone() };
    let split = &decision.split;
    match split {
        Split::Texts { variable: asked, .. } if *asked == variable => {
            restrict(ByText::of(variable, node).get(value), variable, value)
        }
        Split::Fact { fact: Fact::Comparison(comparison), yes, no } if asks_about(comparison, variable) => {
            let answer = if holds_for(comparison, value) { yes } else { no };
            restrict(answer, variable, value)
        }
        Split::Fact { .. } => map_children(split, |child| restrict(child, variable, value)),
        // The values of later variables are restricted by their own texts only where facts are asked.
        Split::Texts { variable: asked, .. } if !decision.asks_facts && *asked > variable => node.clone(),
        Split::Texts { .. } | Split::Releases { .. } => {
            map_children(split, |child| restrict(child, variable, value))
        }
    }
}

fn asks_about(comparison: &Comparison, variable: MarkerVariable) -> bool {
    let asked = [&comparison.left, &comparison.right].contains(&&MarkerValue::Variable(variable));
    asked
        && !variable.is_version()
        && matches!(comparison.operator, MarkerOperator::In | MarkerOperator::NotIn)
}

fn holds_for(comparison: &Comparison, value: &str) -> bool {
    let text = |side: &MarkerValue| match side {
        MarkerValue::Variable(_) => value.to_owned(),
        MarkerValue::Text(text) => text.to_string(),
    };
    compare_texts(comparison.operator, &text(&comparison.left), &text(&comparison.right)).unwrap_or(false)
}

pub(super) fn evaluate(node: &Node, environment: &MarkerEnvironment, context: &MarkerContext<'_>) -> bool {
    let mut node = node;
    loop {
        let decision = match node {
            Node::Constant(constant) => return *constant,
            Node::Decision(decision) => decision,
        };
        node = match &decision.split {
            Split::Releases { variable, pieces } => {
                let version = environment.get(*variable).unwrap_or_default();
                let release = release_of(&version).unwrap_or(FIRST);
                let behind = pieces.partition_point(|(start, _)| *start <= release);
                &pieces[behind.max(1) - 1].1
            }
            Split::Texts { variable, values, otherwise } => {
                let value = match variable {
                    MarkerVariable::Extra => context.extra.map(Into::into),
                    variable => environment.get(*variable),
                };
                value.and_then(|value| values.get(&*value)).unwrap_or(otherwise)
            }
            Split::Fact { fact, yes, no } => {
                if fact_holds(fact, environment, context) {
                    yes
                } else {
                    no
                }
            }
        };
    }
}

fn fact_holds(fact: &Fact, environment: &MarkerEnvironment, context: &MarkerContext<'_>) -> bool {
    let marker = match fact {
        Fact::Comparison(comparison) => Marker::from(comparison.clone()),
        Fact::Marker(text) => match Marker::parse(text) {
            Ok(marker) => marker,
            Err(_) => return false,
        },
    };
    marker.evaluate_in(environment, context).unwrap_or(false)
}

/// Whether the diagram has fewer outcomes than that, all decisions together.
pub(super) fn is_smaller_than(node: &Node, limit: usize) -> bool {
    let mut seen = FxHashSet::default();
    let mut outcomes = 0;
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let Node::Decision(decision) = node else { continue };
        if !seen.insert(Arc::as_ptr(decision)) {
            continue;
        }
        let before = waiting.len();
        match &decision.split {
            Split::Releases { pieces, .. } => waiting.extend(pieces.iter().map(|(_, node)| node)),
            Split::Texts { values, otherwise, .. } => {
                waiting.push(otherwise);
                waiting.extend(values.values());
            }
            Split::Fact { yes, no, .. } => waiting.extend([yes, no]),
        }
        outcomes += waiting.len() - before;
        if outcomes >= limit {
            return false;
        }
    }
    true
}

/// The releases of a variable for which something remains possible. It must be the first that is asked for.
pub(super) fn releases(node: &Node, variable: MarkerVariable) -> Releases {
    let pieces = by_releases(variable, node);
    let mut releases = Releases::default();
    for (index, (start, outcome)) in pieces.iter().enumerate() {
        if **outcome != Node::Constant(false) {
            releases.push(*start, pieces.get(index + 1).map(|(next, _)| *next));
        }
    }
    releases
}
