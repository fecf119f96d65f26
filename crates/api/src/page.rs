//! Pages of lists: an opaque cursor, at most 250 items, and whether there are more.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{FieldError, Problem};

const DEFAULT: u32 = 50;
const MOST: u32 = 250;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many items at most: 1 to 250.
    #[param(minimum = 1, maximum = 250, default = 50)]
    pub(crate) limit: Option<u32>,
    /// `next_cursor` of the page before; absent for the first page.
    pub(crate) cursor: Option<String>,
}

impl PageQuery {
    /// How many items to show.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(DEFAULT) {
            limit @ 1..=MOST => Ok(limit),
            limit => {
                let detail = format!("limit is {limit}; ask for 1 to {MOST} items");
                Err(Problem::invalid(vec![FieldError::new("?limit", "out_of_range", detail)]))
            }
        }
    }

    /// Where to go on: the cursor, read back by the list that gave it.
    pub(crate) fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        self.cursor.as_deref().map(|cursor| cursor.parse().map_err(|_| unknown_cursor())).transpose()
    }
}

fn unknown_cursor() -> Problem {
    let detail = "this cursor comes from another list; use next_cursor of the page before, or none for the first page";
    Problem::invalid(vec![FieldError::new("?cursor", "invalid_cursor", detail)])
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) data: Vec<T>,
    /// Where the next page begins; null on the last one.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
    /// Whether there is a next page.
    pub(crate) has_more: bool,
}

impl<T> Page<T> {
    /// Shows a page of the store; `cursor` names the place of an item in the list.
    pub(crate) fn show<S>(
        found: tinybug_store::Page<S>,
        cursor: impl Fn(&S) -> String,
        show: impl FnMut(S) -> T,
    ) -> Self {
        let next_cursor = found.items.last().filter(|_| found.more).map(cursor);
        Self { data: found.items.into_iter().map(show).collect(), next_cursor, has_more: found.more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_with_more_behind_it_has_a_cursor() {
        let page = |more| {
            let found = tinybug_store::Page { items: vec![1, 2], more };
            Page::show(found, ToString::to_string, |number| number)
        };
        assert_eq!((page(true).next_cursor.as_deref(), page(true).has_more), (Some("2"), true));
        assert_eq!((page(false).next_cursor, page(false).has_more), (None, false));
    }
}
