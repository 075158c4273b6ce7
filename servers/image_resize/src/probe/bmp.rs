//! BMP: the information header, in the layouts that the decoder knows.

use super::{Facts, Window};
use crate::decode::bmp::Layout;
use crate::fault::Fault;

/// The longest headers and the longest palette together.
const LONGEST: usize = 14 + 124 + 16 + 256 * 4;

pub(super) fn header(window: &mut Window<'_>) -> Result<Facts, Fault> {
    let layout = Layout::read(window.up_to(0, LONGEST)?)?;
    Ok((layout.mode(), layout.width, layout.height))
}
