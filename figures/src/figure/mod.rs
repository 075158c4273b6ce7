//! Pictures of tables. A drawing function is given a table and cannot see a record, so every plotted number is in the CSV
//! beside the picture.

mod canvas;
mod cold_start;
mod execution_ratio;
mod frame;

pub use canvas::{Canvas, Painted, Picture};
pub use cold_start::ColdStart;
pub use execution_ratio::ExecutionRatio;
