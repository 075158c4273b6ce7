//! The whole pipeline, from plan to figure, over a mock backend and a clock that is wound by hand.

mod killed;
mod mock;
mod own;
mod planted;
mod rounds;
