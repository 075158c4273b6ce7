//! Calls that are to be placed, with what a scheduler needs of each looked up once: its tool, its server, where it may run.

use crate::call::Call;
use crate::cost::{Cost, Model};
use crate::filter::{self, Rules, Subject, Verdict};
use crate::plan::Infeasible;
use crate::profile::{ServerProfile, ToolProfile};
use crate::tier::{Tier, TierSet};
use crate::view::View;

/// The calls of a chain, each with its tool, its server and the tiers that the rules leave.
#[derive(Clone, Debug)]
pub struct Problem<'a> {
    /// The calls.
    pub calls: &'a [Call],
    /// What was asked about.
    pub view: &'a View<'a>,
    /// The rules that were applied.
    pub rules: Rules,
    /// Each call's tool.
    pub tools: Vec<&'a ToolProfile>,
    /// Each call's server.
    pub servers: Vec<&'a ServerProfile>,
    /// Where each call may run; never empty.
    pub allowed: Vec<TierSet>,
}

impl<'a> Problem<'a> {
    /// Looks everything up.
    ///
    /// # Errors
    /// When a tool is not known, or a call may run nowhere.
    pub fn of(calls: &'a [Call], view: &'a View<'a>, rules: Rules) -> Result<Self, Infeasible> {
        Self::judged(calls, view, rules, |_| {})
    }

    /// Looks everything up, and hands over what the rules say of each call, in order.
    ///
    /// # Errors
    /// As [`Problem::of`].
    pub fn judged(
        calls: &'a [Call],
        view: &'a View<'a>,
        rules: Rules,
        mut told: impl FnMut(Verdict),
    ) -> Result<Self, Infeasible> {
        let mut problem = Self {
            calls,
            view,
            rules,
            tools: Vec::with_capacity(calls.len()),
            servers: Vec::with_capacity(calls.len()),
            allowed: Vec::with_capacity(calls.len()),
        };
        let mut before: Option<(Subject<'a>, Verdict)> = None;
        for (index, call) in calls.iter().enumerate() {
            // Chains repeat themselves: forty hashes are one look-up.
            let again = before.filter(|_| call.is_of_tool_of(&calls[index - 1]));
            let subject = match again {
                Some((subject, _)) => subject,
                None => filter::subject(index, call, view)?,
            };
            let earlier = again.as_ref().map(|(_, verdict)| verdict);
            let verdict = filter::judge_subject(call, &subject, view, rules, earlier)?;
            let allowed = filter::allowed(index, call, view, &verdict)?;
            problem.tools.push(subject.tool);
            problem.servers.push(subject.server);
            problem.allowed.push(allowed);
            told(verdict);
            before = Some((subject, verdict));
        }
        Ok(problem)
    }

    /// What placements of these calls cost.
    ///
    /// # Errors
    /// When the cost model needs what is unknown, or does not fit the profile.
    pub fn model(&self, cost: Cost) -> Result<Model<'a>, Infeasible> {
        Model::of(self, cost)
    }

    /// How many tiers there are.
    pub fn tiers(&self) -> usize {
        self.view.profile.tiers.len()
    }

    /// Calls of the same tool that may run on the same tiers, in order of the first of each: they are placed together by those
    /// who place tools. Each with a representative, and each call's group.
    pub fn groups(&self) -> Groups {
        let mut groups = Groups::default();
        for (index, call) in self.calls.iter().enumerate() {
            let same = groups.first.iter().position(|first| {
                self.allowed[*first] == self.allowed[index]
                    && call.is_of_tool_of(&self.calls[*first])
            });
            groups.of_call.push(same.unwrap_or(groups.first.len()));
            if same.is_none() {
                groups.first.push(index);
            }
        }
        groups
    }

    /// How many plans there are if calls of a tool stay together; `None` past 2^64.
    pub fn search_space(&self, groups: &Groups) -> Option<u64> {
        let sizes = groups.first.iter().map(|first| self.allowed[*first].len());
        sizes.into_iter().try_fold(1_u64, |product, size| {
            product.checked_mul(u64::try_from(size).ok()?)
        })
    }

    /// Each group's first allowed tier, spread over the calls.
    pub fn first_plan(&self, groups: &Groups) -> Vec<Tier> {
        let of = |group: &usize| self.allowed[groups.first[*group]].iter().next();
        groups.of_call.iter().filter_map(of).collect()
    }
}

/// Calls by tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// The first call of each group.
    pub first: Vec<usize>,
    /// The group of each call.
    pub of_call: Vec<usize>,
}
