//! Dependency groups: named lists of requirements in `pyproject.toml` that may include each other (PEP 735).

use std::collections::BTreeMap;

use crate::name::canonicalize_name;
use crate::requirements::{Requirement, RequirementError};

/// The `[dependency-groups]` table, by normalized name.
#[derive(Clone, Debug, Default)]
pub struct DependencyGroups {
    groups: BTreeMap<String, GroupContent>,
}

/// What stands behind a group's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupContent {
    /// A list.
    Items(Vec<GroupItem>),
    /// Anything else, which is an error as soon as the group is used.
    NotAList,
}

/// One entry of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupItem {
    /// A text: a requirement.
    Requirement(String),
    /// `{include-group = "name"}`
    Include(String),
    /// Anything else, as it would be shown; an error as soon as the group is used.
    Malformed(String),
}

/// Something wrong with the groups.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Two names normalize to the same.
    #[error("the dependency groups {} have the same normalized name", names.join(", "))]
    Duplicate {
        /// The names as written.
        names: Vec<String>,
    },
    /// A group does not exist.
    #[error("there is no dependency group `{group}`")]
    NotFound {
        /// The name.
        group: String,
    },
    /// A group is no list.
    #[error("the dependency group `{group}` is not a list")]
    NotAList {
        /// The group.
        group: String,
    },
    /// An entry is no requirement.
    #[error("`{text}` in the dependency group `{group}` is not a requirement: {error}")]
    BadRequirement {
        /// The group.
        group: String,
        /// The entry.
        text: String,
        /// What is wrong.
        error: RequirementError,
    },
    /// An entry is neither text nor include.
    #[error("`{item}` in the dependency group `{group}` is neither a requirement nor an include")]
    Malformed {
        /// The group.
        group: String,
        /// The entry.
        item: String,
    },
    /// Groups include each other.
    #[error("the dependency groups include each other: {}", path.join(" -> "))]
    Cycle {
        /// The groups from the first to its repetition.
        path: Vec<String>,
    },
    /// The includes are nested too deeply, or multiply to too many requirements.
    #[error("the dependency group `{group}` includes too much")]
    TooLarge {
        /// The group.
        group: String,
    },
}

/// No real project comes near; they stop hostile files.
const MAX_DEPTH: usize = 200;
const MAX_REQUIREMENTS: usize = 100_000;

impl DependencyGroups {
    /// The groups of a table.
    ///
    /// # Errors
    /// [`GroupError::Duplicate`] when two names normalize to the same.
    pub fn new(table: impl IntoIterator<Item = (String, GroupContent)>) -> Result<Self, GroupError> {
        let mut groups = BTreeMap::new();
        let mut written: BTreeMap<String, String> = BTreeMap::new();
        for (name, content) in table {
            let normalized = canonicalize_name(&name).into_owned();
            if let Some(first) = written.insert(normalized.clone(), name.clone()) {
                return Err(GroupError::Duplicate { names: vec![first, name] });
            }
            groups.insert(normalized, content);
        }
        Ok(Self { groups })
    }

    /// The normalized names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// The requirements of a group, those of included groups where they are included.
    ///
    /// # Errors
    /// Everything that is wrong with the group and the groups that it includes.
    pub fn resolve(&self, group: &str) -> Result<Vec<Requirement>, Vec<GroupError>> {
        let mut resolving = Resolving::default();
        self.visit(&canonicalize_name(group), &mut resolving);
        if resolving.errors.is_empty() { Ok(resolving.requirements) } else { Err(resolving.errors) }
    }

    fn visit(&self, group: &str, resolving: &mut Resolving) {
        let name = || group.to_owned();
        if let Some(begin) = resolving.path.iter().position(|outer| outer == group) {
            let mut path = resolving.path[begin..].to_vec();
            path.push(name());
            resolving.errors.push(GroupError::Cycle { path });
            return;
        }
        if resolving.path.len() >= MAX_DEPTH || resolving.requirements.len() >= MAX_REQUIREMENTS {
            resolving.errors.push(GroupError::TooLarge { group: name() });
            return;
        }
        let items = match self.groups.get(group) {
            Some(GroupContent::Items(items)) => items,
            Some(GroupContent::NotAList) => {
                return resolving.errors.push(GroupError::NotAList { group: name() });
            }
            None => return resolving.errors.push(GroupError::NotFound { group: name() }),
        };
        resolving.path.push(name());
        for item in items {
            self.visit_item(group, item, resolving);
            if resolving.visits > MAX_REQUIREMENTS {
                break;
            }
        }
        resolving.path.pop();
    }

    fn visit_item(&self, group: &str, item: &GroupItem, resolving: &mut Resolving) {
        resolving.visits += 1;
        let group = group.to_owned();
        match item {
            GroupItem::Requirement(text) => match Requirement::parse(text) {
                Ok(requirement) => resolving.requirements.push(requirement),
                Err(error) => {
                    resolving.errors.push(GroupError::BadRequirement { group, text: text.clone(), error });
                }
            },
            GroupItem::Include(_) if resolving.visits > MAX_REQUIREMENTS => {
                resolving.errors.push(GroupError::TooLarge { group });
            }
            GroupItem::Include(include) => self.visit(&canonicalize_name(include), resolving),
            GroupItem::Malformed(item) => {
                resolving.errors.push(GroupError::Malformed { group, item: item.clone() });
            }
        }
    }
}

#[derive(Default)]
struct Resolving {
    /// The groups being visited, outermost first.
    path: Vec<String>,
    visits: usize,
    requirements: Vec<Requirement>,
    errors: Vec<GroupError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(table: &[(&str, &[&str])]) -> DependencyGroups {
        let item = |text: &&str| match text.strip_prefix('@') {
            Some(include) => GroupItem::Include(include.to_owned()),
            None => GroupItem::Requirement((*text).to_owned()),
        };
        let table = table
            .iter()
            .map(|(name, items)| ((*name).to_owned(), GroupContent::Items(items.iter().map(item).collect())));
        DependencyGroups::new(table).unwrap()
    }

    fn resolve(table: &[(&str, &[&str])], group: &str) -> Result<Vec<String>, Vec<String>> {
        groups(table)
            .resolve(group)
            .map(|list| list.iter().map(ToString::to_string).collect())
            .map_err(|list| list.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn includes_stand_where_they_are() {
        let table: &[(&str, &[&str])] = &[("a", &["x", "@B_b", "y"]), ("b.B", &["z>=1"])];
        assert_eq!(resolve(table, "A"), Ok(vec!["x".into(), "z>=1".into(), "y".into()]));
        assert_eq!(groups(table).names().collect::<Vec<_>>(), ["a", "b-b"]);
    }

    #[test]
    fn errors() {
        assert_eq!(
            resolve(&[("a", &["@a"])], "a"),
            Err(vec!["the dependency groups include each other: a -> a".into()])
        );
        assert_eq!(
            resolve(&[("a", &["@b"]), ("b", &["@c"]), ("c", &["@b"])], "a"),
            Err(vec!["the dependency groups include each other: b -> c -> b".into()])
        );
        assert_eq!(resolve(&[], "a"), Err(vec!["there is no dependency group `a`".into()]));
        assert!(resolve(&[("a", &["not valid!", "@none"])], "a").unwrap_err().len() == 2);
        let table = [("A".to_owned(), GroupContent::NotAList), ("a".to_owned(), GroupContent::NotAList)];
        assert_eq!(
            DependencyGroups::new(table).unwrap_err(),
            GroupError::Duplicate { names: vec!["A".into(), "a".into()] }
        );
    }

    #[test]
    fn a_bomb_of_includes_ends() {
        let names: Vec<String> = (0..64).map(|n| format!("g{n}")).collect();
        let table = names.iter().enumerate().map(|(n, name)| {
            let include = GroupItem::Include(format!("g{}", n + 1));
            (name.clone(), GroupContent::Items(vec![include.clone(), include]))
        });
        let leaf = ("g64".to_owned(), GroupContent::Items(vec![GroupItem::Requirement("x".into())]));
        let errors = DependencyGroups::new(table.chain([leaf])).unwrap().resolve("g0").unwrap_err();
        assert!(errors.iter().any(|error| matches!(error, GroupError::TooLarge { .. })));
    }
}
