//! What a cost is made of, for explanations.

/// The terms of one call's cost on one tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Terms {
    /// Equation 1: `alpha * (p_exec + beta * p_net) + (1 - alpha) * p_comm`.
    Score {
        /// How much executing weighs against communicating.
        alpha: f64,
        /// Execution, normalised.
        p_exec: f64,
        /// 1 for a tool that needs the world outside.
        beta: f64,
        /// The tier's distance from the world outside, normalised.
        p_net: f64,
        /// Communication, normalised.
        p_comm: f64,
    },
    /// Predicted nanoseconds.
    Latency {
        /// Until a place is free.
        waiting: f64,
        /// Until the server is there.
        start: f64,
        /// The request's way, or the data's.
        link_in: f64,
        /// The tool.
        execution: f64,
        /// The answer's way.
        link_out: f64,
    },
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

impl Terms {
    /// The cost.
    pub fn total(&self) -> f64 {
        match *self {
            Self::Score {
                alpha,
                p_exec,
                beta,
                p_net,
                p_comm,
            } => alpha * (p_exec + beta * p_net) + (1.0 - alpha) * p_comm,
            Self::Latency {
                waiting,
                start,
                link_in,
                execution,
                link_out,
            } => waiting + start + link_in + execution + link_out,
        }
    }

    /// Each by name, in the order of the formula.
    pub fn each(&self) -> [Term; 5] {
        let term = |name, value| Term { name, value };
        match *self {
            Self::Score {
                alpha,
                p_exec,
                beta,
                p_net,
                p_comm,
            } => [
                term("alpha", alpha),
                term("p_exec", p_exec),
                term("beta", beta),
                term("p_net", p_net),
                term("p_comm", p_comm),
            ],
            Self::Latency {
                waiting,
                start,
                link_in,
                execution,
                link_out,
            } => [
                term("waiting", waiting),
                term("start", start),
                term("link_in", link_in),
                term("execution", execution),
                term("link_out", link_out),
            ],
        }
    }
}
