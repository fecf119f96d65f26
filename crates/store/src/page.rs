//! Pages of lists.

use crate::StoreError;

/// A page of a list, and whether there is more behind it. The next page begins after its last item.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Whether the list goes on.
    pub more: bool,
}

/// How many rows a query must ask for to know whether there is more.
pub(crate) fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
}

impl<T> Page<T> {
    /// The page that rows make which were asked for with [`one_more`].
    pub(crate) fn of<R>(
        mut rows: Vec<R>,
        limit: u32,
        read: impl FnMut(R) -> Result<T, StoreError>,
    ) -> Result<Self, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(Self { items: rows.into_iter().map(read).collect::<Result<_, _>>()?, more })
    }
}
