//! Tests of the workflows against what really happened.

mod replay;
