//! Records in, tables and figures out. Sees nothing of how a record was made.

mod calls;
mod cold_start;
mod comparison;
mod contained;
mod decomposition;
mod density;
mod detail;
mod draw;
mod execution_ratio;
mod figure;
mod figure8;
mod figure9;
mod footprint;
mod group;
mod load;
mod offers;
mod order;
mod replay;
mod replayed;
mod replays;
mod sheet;
mod sheet_markup;
mod sheet_terminal;
mod side_by_side;
mod startup;
mod stops;
mod table;
mod table1;
mod table3;
mod table_csv;
mod vectors;
mod ways;

pub use calls::calls;
pub use cold_start::cold_start;
pub use comparison::{comparison, comparison_markdown, comparison_sheet};
pub use contained::contained;
pub use decomposition::decomposition;
pub use density::density;
pub use detail::detail;
pub use draw::{DrawError, Report, draw_page, draw_report, draw_run, report};
pub use execution_ratio::{container_ratio, execution_ratio, reference_ratio};
pub use figure::{
    Canvas, ColdStart, DensityPlot, ExecutionRatio, LatencyPlot, LoadPlot, Painted, Picture,
    PlacementPlot,
};
pub use figure8::figure8;
pub use figure9::figure9;
pub use footprint::{memory, sizes};
pub use group::{cold, warm};
pub use load::{load, load_sheet};
pub use offers::offers;
pub use replay::{ASSUMED, SOURCE, replay, replay_sheet};
pub use replays::{draw_replay, replays};
pub use sheet::{Field, Head, Line, Sheet};
pub use side_by_side::side_by_side;
pub use startup::startup;
pub use stops::stops;
pub use table::{Cell, Column, Kind, Row, Table, Weight};
pub use table1::{table1, table1_difference, table1_sheet};
pub use table3::{table3, table3_against, table3_sheet};
pub use vectors::vectors;
pub use ways::ways;
