//! The pages of Table I, of a run that asked its servers for their tools.

use std::path::Path;

use record::{Offer, OfferError, PUBLISHED_TABLE1, PublishedTool, Record};

use crate::draw::DrawError;
use crate::order::provenance;
use crate::sheet::Sheet;
use crate::table::Table;
use crate::table1::{table1, table1_difference, table1_sheet};

/// Table I and its difference to the published one; none where the run never asked. `folder` is the record's.
pub fn offers(record: &Record, folder: &Path) -> Result<Vec<(Table, Sheet)>, DrawError> {
    let offers = match Offer::read(folder) {
        Ok(offers) => offers,
        Err(OfferError::Absent { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let published = PublishedTool::parse(PUBLISHED_TABLE1)?;
    let table = table1(&offers, &published, &provenance(record));
    let difference = table1_difference(&table);
    let sheets = (table1_sheet(&table), difference.sheet(&[], false));
    Ok(vec![(table, sheets.0), (difference, sheets.1)])
}
