//! Pictures of tables. A drawing function is given a table and cannot see a record, so every plotted number is in the CSV
//! beside the picture.

mod bands;
mod canvas;
mod cold_start;
mod density;
mod execution_ratio;
mod frame;
mod latency;
mod load;
mod panel;
mod placement;
mod split;

pub use canvas::{Canvas, Painted, Picture};
pub use cold_start::ColdStart;
pub use density::DensityPlot;
pub use execution_ratio::ExecutionRatio;
pub use latency::LatencyPlot;
pub use load::LoadPlot;
pub use placement::PlacementPlot;
