//! One trace through every chosen scheduler: a single agent with every part of its time, or many agents at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use record::{Decision, Sample};
use replay::{
    Answered, Arrivals, Ended, Fixed, Learning, Load, MOST_AT_ONCE, Memory, Online, Options,
    Question, QuestionError, Sink, asked, load,
};
use scenario::{Refused, Trace};
use scheduler::Scheduler;
use scheduler::cost::Cost;
use scheduler::explain::decide;
use scheduler::filter::Rules;
use scheduler::plan::Infeasible;
use scheduler::profile::{LinkSet, Profile, ProfileError};
use scheduler::schedule::{Pareto, by_name};
use scheduler::view::View;

use super::{Choices, Chosen, Edition, LoadRow, decisions, judged_by, samples};

/// Whom regret is measured against; always replayed too.
pub const BEST: &str = "oracle";

/// Why a replay cannot be made: what the user gave is not what it takes.
#[derive(Debug, thiserror::Error)]
pub enum Unreplayable {
    /// A file cannot be accepted.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The profile is none.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The trace cannot be replayed by the profile.
    #[error("{trace}: {source}")]
    Question {
        /// The trace's name.
        trace: String,
        /// Why.
        source: QuestionError,
    },
    /// A name that nobody has.
    #[error("{0}")]
    Name(String),
    /// A scheduler of the user's own does what none may.
    #[error("{trace}: {why}")]
    Faulty {
        /// The trace's name.
        trace: String,
        /// Who, and what it does.
        why: Infeasible,
    },
}

/// A scheduler, whoever wrote it.
pub type Placer = Arc<dyn Scheduler + Send + Sync>;

/// How traces are replayed.
pub struct Pass {
    /// What is known.
    pub profile: Profile,
    /// Which of the profile's sets of links is in force.
    pub links: String,
    /// The schedulers with what they are made with, in the order of the table.
    pub chosen: Vec<Chosen>,
    /// Those of the user's own among them, by the names that they give themselves.
    pub own: Vec<Placer>,
    /// What was added to trace and profile.
    pub options: Options,
    /// Whether every decision says what it was weighed against.
    pub explained: bool,
}

/// What came of a trace.
#[derive(Debug, Default)]
pub struct Passed {
    /// For the record.
    pub decisions: Vec<Decision>,
    /// For the record: the samples of one trial each.
    pub trials: Vec<Vec<Sample>>,
    /// Schedulers whose placements break the rules that were asked for, with how many calls do.
    pub broken: Vec<(String, usize)>,
    /// What was taken for granted because nobody said it.
    pub assumed: Vec<String>,
    /// What `pareto` chose from, where it was asked.
    pub choices: Vec<Choices>,
}

/// How many agents there are, and when they come.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// How many.
    pub agents: u64,
    /// When.
    pub arrivals: Arrivals,
    /// Of the gaps between them.
    pub seed: u64,
    /// Whether schedulers are asked for each call, with what they are told of load, rather than beforehand.
    pub online: bool,
}

impl Crowd {
    /// Whether memory holds all that begin at once, with so many calls each.
    fn fits(&self, calls: usize) -> Result<(), Unreplayable> {
        let at_once = match self.arrivals {
            Arrivals::Together => self.agents,
            Arrivals::ThinkTime { users, .. } => self.agents.min(u64::from(users)),
            // They come one after another, and only those under way are held.
            Arrivals::Poisson { .. } => return Ok(()),
        };
        let calls = u64::try_from(calls).unwrap_or(u64::MAX);
        match at_once
            .checked_mul(calls)
            .is_some_and(|all| all <= MOST_AT_ONCE)
        {
            true => Ok(()),
            false => Err(Unreplayable::Name(format!(
                "{at_once} agents at once with {calls} calls each are more than the {MOST_AT_ONCE} calls that are held in memory; have them come one after another with --rate, or ask for fewer"
            ))),
        }
    }
}

/// The profile of this name or file: `published`, or what the user wrote.
///
/// # Errors
/// When there is none, or it cannot be accepted.
pub fn profile(root: &Path, word: &str) -> Result<Profile, Unreplayable> {
    let room = root.join("dispatcher/profiles");
    let inside = room.join(format!("{word}.toml"));
    let path = match Path::new(word).is_file() {
        true => PathBuf::from(word),
        false => inside,
    };
    if !path.is_file() {
        return Err(Unreplayable::Name(format!(
            "--profile {word} is no file, and no profile of dispatcher/profiles; give published, or the path of a .toml file"
        )));
    }
    let text = scenario::read_text(&path)?;
    let shown = path.strip_prefix(root).unwrap_or(&path);
    Ok(Profile::read(&shown.display().to_string(), &text)?)
}

impl Pass {
    /// The links in force.
    ///
    /// # Errors
    /// When the profile has no such set.
    pub fn link_set(&self) -> Result<&LinkSet, Unreplayable> {
        self.set(&self.links)
    }

    fn set(&self, name: &str) -> Result<&LinkSet, Unreplayable> {
        self.profile.link_set(name).ok_or_else(|| {
            let known: Vec<&str> = self
                .profile
                .links
                .iter()
                .map(|set| set.name.as_str())
                .collect();
            Unreplayable::Name(format!(
                "{name} is no set of links of profile {}; give one of {}",
                self.profile.name,
                known.join(", ")
            ))
        })
    }

    fn question(&self, trace: &Trace) -> Result<Question<'_>, Unreplayable> {
        Question::new(trace, &self.profile, self.link_set()?, &self.options).map_err(|source| {
            Unreplayable::Question {
                trace: trace.scenario.clone(),
                source,
            }
        })
    }

    /// The cost model for who names none: predicted latency, or the same as if every server were warm where starts are not known.
    ///
    /// # Errors
    /// When the trace cannot be replayed at all.
    pub fn default_cost(&self, trace: &Trace) -> Result<Cost, Unreplayable> {
        let question = self.question(trace)?;
        let best = scheduler(BEST, Cost::Latency, Rules::Published)?;
        Ok(match question.answer(&*best).outcome {
            Err(Infeasible::Unknown { .. }) => Cost::LatencyWarm,
            _ => Cost::Latency,
        })
    }

    /// One agent, by every scheduler. Trials are numbered from `first` on.
    ///
    /// # Errors
    /// When the trace cannot be replayed by this profile. What a scheduler refuses is a decision, not an error.
    pub fn one(&self, trace: &Trace, first: u64) -> Result<Passed, Unreplayable> {
        let question = self.question(trace)?;
        let edition = self.edition(trace);
        let mut passed = Passed {
            assumed: question.assumed.clone(),
            ..Passed::default()
        };
        for chosen in &self.chosen {
            let scheduler = self.scheduler(chosen)?;
            let believed = self.set(chosen.believed.as_deref().unwrap_or(&self.links))?;
            let answer = question.answer_believing(&*scheduler, believed);
            if let Err(why) = &answer.outcome {
                no_fault(trace, why)?;
            }
            let explained = self.explained;
            let lines = decisions(&edition, chosen, &question, believed, &answer, explained);
            passed.decisions.extend(lines);
            let Ok(placed) = &answer.outcome else {
                continue;
            };
            if chosen.scheduler == "pareto" {
                let choices = self.choices(trace, &question, chosen, believed);
                passed.assumed.extend(choices.as_ref().and_then(left_out));
                passed.choices.extend(choices);
            }
            let next = first + u64::try_from(passed.trials.len()).unwrap_or(u64::MAX);
            passed
                .trials
                .extend(samples(&edition, chosen, &question, placed, next));
            let broken = placed.audits[&judged_by(chosen.rules)].violations.len();
            if broken > 0 {
                passed.broken.push((chosen.scheduler.clone(), broken));
            }
        }
        Ok(passed)
    }

    /// Many agents, by one scheduler; `also` sees every call with the question that it is of.
    ///
    /// # Errors
    /// When the trace cannot be replayed by this profile, or there is no such scheduler.
    pub fn many(
        &self,
        trace: &Trace,
        chosen: &Chosen,
        crowd: Crowd,
        also: &mut impl Sink,
    ) -> Result<LoadRow, Unreplayable> {
        crowd.fits(trace.calls.len())?;
        let question = self.question(trace)?;
        let scheduler = self.scheduler(chosen)?;
        let pace = question.pace.clone();
        let pace = pace.with_homes(self.profile.home, &self.options);
        let world = pace.world(&question.costs);
        let Crowd {
            agents,
            arrivals,
            seed,
            online,
        } = crowd;
        let outcome = if online {
            let memory = Memory::default();
            let mut learning = Two(Learning::new(&question, &memory), also);
            // What explains itself decides the same, and is asked so that it is seen to.
            let explains = self.explained && chosen.scheduler == "greedy";
            let mut placer = Online::new(&question, &memory, |call, view| {
                if explains {
                    let decision = decide(call, view, chosen.cost, chosen.rules)?;
                    return Ok(std::hint::black_box(decision).placement.tier);
                }
                asked(&*scheduler, call, view)
            });
            let load = load(&world, agents, arrivals, seed, &mut placer, &mut learning);
            if let Some(why) = placer.refused() {
                no_fault(trace, why)?;
            }
            match placer.refused() {
                Some(why) if load.agents.count() == 0 => Err(why.to_string()),
                _ => borne(load),
            }
        } else {
            let believed = self.set(chosen.believed.as_deref().unwrap_or(&self.links))?;
            match question.answer_believing(&*scheduler, believed).outcome {
                Err(why) => {
                    no_fault(trace, &why)?;
                    Err(why.to_string())
                }
                Ok(placed) => {
                    let mut fixed = Fixed(placed.plan.tiers().map(|tier| tier.place()).collect());
                    borne(load(&world, agents, arrivals, seed, &mut fixed, also))
                }
            }
        };
        Ok(LoadRow {
            scenario: trace.scenario.clone(),
            scheduler: chosen.scheduler.clone(),
            online,
            outcome,
        })
    }

    /// What `pareto` could choose from, if it can at all.
    fn choices(
        &self,
        trace: &Trace,
        question: &Question<'_>,
        chosen: &Chosen,
        links: &LinkSet,
    ) -> Option<Choices> {
        let view = View {
            links,
            ..question.view(false)
        };
        let front = Pareto::under(chosen.cost, chosen.rules).front(&question.calls, &view);
        let tiers = self.profile.tiers.iter();
        Some(Choices {
            scenario: trace.scenario.clone(),
            cost: chosen.cost,
            front: front.ok()?,
            tiers: tiers.map(|tier| tier.name.to_string()).collect(),
        })
    }

    fn scheduler(&self, chosen: &Chosen) -> Result<Placer, Unreplayable> {
        let own = self.own.iter().find(|own| own.name() == chosen.scheduler);
        match own {
            Some(own) => Ok(Arc::clone(own)),
            None => scheduler(&chosen.scheduler, chosen.cost, chosen.rules),
        }
    }

    /// What was taken for granted because nobody said it.
    ///
    /// # Errors
    /// When the trace cannot be replayed by this profile.
    pub fn assumed(&self, trace: &Trace) -> Result<Vec<String>, Unreplayable> {
        Ok(self.question(trace)?.assumed)
    }

    /// What a replay is of, in the words of records.
    pub fn edition(&self, trace: &Trace) -> Edition {
        Edition {
            scenario: trace.scenario.clone(),
            trace: trace.digest(),
            profile: self.profile.name.clone(),
            links: self.links.clone(),
        }
    }
}

/// A load that the tiers bear, or why there is none.
fn borne(load: Load) -> Result<Load, String> {
    match load.overrun {
        false => Ok(load),
        true => Err(format!(
            "overloaded: after {} {} agents were under way, more than are held in memory, and more come than are answered; give a lower --rate or more --capacity",
            load.end, load.most_agents
        )),
    }
}

/// What plans were not compared by, because the profile does not know it; none where they were by everything.
fn left_out(choices: &Choices) -> Option<String> {
    let front = Some(&choices.front).filter(|front| !front.dropped.is_empty())?;
    let axes: Vec<&str> = front.axes.iter().map(|axis| axis.name()).collect();
    let dropped = front.dropped.iter().map(|(axis, unknown)| {
        let (field, reason) = (&unknown.field, &unknown.reason);
        format!("without {axis}, because {field} is not known: {reason}")
    });
    let dropped: Vec<String> = dropped.collect();
    Some(format!(
        "pareto compares plans by {}, {}.",
        axes.join(" and "),
        dropped.join("; ")
    ))
}

fn scheduler(name: &str, cost: Cost, rules: Rules) -> Result<Placer, Unreplayable> {
    let made = by_name(name, cost, rules).map_err(Unreplayable::Name)?;
    Ok(Arc::from(made))
}

/// What a scheduler refuses is a decision; what it does wrong ends the replay.
fn no_fault(trace: &Trace, why: &Infeasible) -> Result<(), Unreplayable> {
    match why {
        Infeasible::Faulty { .. } => Err(Unreplayable::Faulty {
            trace: trace.scenario.clone(),
            why: why.clone(),
        }),
        _ => Ok(()),
    }
}

/// Two that see the same.
struct Two<'a, A, B>(A, &'a mut B);

impl<A: Sink, B: Sink> Sink for Two<'_, A, B> {
    fn answered(&mut self, answered: &Answered) {
        self.0.answered(answered);
        self.1.answered(answered);
    }

    fn ended(&mut self, ended: &Ended) {
        self.0.ended(ended);
        self.1.ended(ended);
    }
}
