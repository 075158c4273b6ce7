//! Records in, tables and figures out. Sees nothing of how a record was made.

mod calls;
mod cold_start;
mod comparison;
mod density;
mod detail;
mod draw;
mod execution_ratio;
mod figure;
mod footprint;
mod group;
mod load;
mod order;
mod sheet;
mod sheet_markup;
mod sheet_terminal;
mod startup;
mod stops;
mod table;
mod table3;
mod table_csv;

pub use calls::calls;
pub use cold_start::cold_start;
pub use comparison::{comparison, comparison_markdown, comparison_sheet};
pub use density::density;
pub use detail::detail;
pub use draw::{DrawError, Report, draw_report, draw_run, report};
pub use execution_ratio::execution_ratio;
pub use figure::{Canvas, ColdStart, DensityPlot, ExecutionRatio, LoadPlot, Painted, Picture};
pub use footprint::{memory, sizes};
pub use load::{load, load_sheet};
pub use sheet::{Field, Head, Line, Sheet};
pub use startup::startup;
pub use stops::stops;
pub use table::{Cell, Column, Kind, Row, Table, Weight};
pub use table3::{table3, table3_against, table3_sheet};
