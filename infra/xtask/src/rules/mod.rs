//! Every rule of the repository, one a file.

mod answers;
mod auditor;
mod commands;
mod dependencies;
mod hosts;
mod manifests;
mod modules;
mod names;
mod reasons;
mod rooms;
mod servers;
mod unfinished;

use crate::rule::Rule;

/// All of them, in the order in which findings are printed.
pub const RULES: &[Rule] = &[
    dependencies::DIRECTION,
    dependencies::ABSENCE,
    auditor::APART,
    manifests::INHERITED,
    manifests::STRIPPED,
    modules::SENTENCE,
    modules::LENGTH,
    names::MEANINGFUL,
    reasons::GIVEN,
    unfinished::NOTHING,
    unfinished::SLEEPLESS,
    hosts::UNNAMED,
    servers::COMPLETE,
    answers::SOURCED,
    rooms::DESCRIBED,
    commands::SAME,
];
