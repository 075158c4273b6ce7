//! Asking the client while a call runs: by a request that the call waits for, or, on the stateless wire, by a result
//! that ends the call and is answered by a second one.

use mcp_wire::{
    json::Raw,
    message::{Id, Params},
    revision::Wire,
};

use crate::{
    Any, Context,
    content::{member, name},
    link::Answer,
    state,
};

/// Why the client's answer is not there. Hand it on with `?`.
#[derive(Debug, PartialEq, Eq)]
pub enum Ask {
    /// The answer will come with a second call (2026-07-28): end the handler; it will be run again from its start.
    Pending,
    /// The client does not declare this capability.
    Unsupported(&'static str),
    /// The client answered with an error, or its answer cannot be used.
    Refused(String),
    /// The call was taken back meanwhile.
    Cancelled,
    /// The state that the client sent back is not what it was given.
    Tampered,
    /// The client's answers are not an object of objects by name.
    Malformed,
}

/// What a client can be asked.
#[derive(Clone, Debug)]
pub struct Question {
    method: &'static str,
    capability: &'static str,
    params: String,
    key: Option<&'static str>,
}

impl Question {
    /// Asks the user to fill in a form; `schema` is the JSON Schema of a flat object.
    pub fn elicit(message: &str, schema: &str) -> Question {
        let mut params = b"{".to_vec();
        member(&mut params, "message", message);
        name(&mut params, "requestedSchema");
        params.extend_from_slice(schema.as_bytes());
        params.push(b'}');
        Question::of("elicitation/create", "elicitation", params)
    }

    /// Asks the client's model; `params` is the JSON of the request (`messages`, `maxTokens`, …).
    pub fn sample(params: &str) -> Question {
        Question::of(
            "sampling/createMessage",
            "sampling",
            params.as_bytes().to_vec(),
        )
    }

    /// Asks for the folders that the client works in.
    pub fn roots() -> Question {
        Question::of("roots/list", "roots", b"{}".to_vec())
    }

    fn of(method: &'static str, capability: &'static str, mut params: Vec<u8>) -> Question {
        // A schema may be written over several lines; a message may not.
        mcp_wire::json::one_line(&mut params);
        Question {
            method,
            capability,
            params: String::from_utf8(params).unwrap_or_default(),
            key: None,
        }
    }

    /// Names the question on the stateless wire; without a name it is `ask-1`, `ask-2`, … in the order of asking.
    #[must_use]
    pub fn named(mut self, key: &'static str) -> Question {
        self.key = Some(key);
        self
    }
}

/// Which kinds of question the client declares that it answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Capabilities {
    elicitation: bool,
    sampling: bool,
    roots: bool,
}

impl Capabilities {
    pub(crate) const NONE: Capabilities = Capabilities {
        elicitation: false,
        sampling: false,
        roots: false,
    };

    pub(crate) fn read(declared: Option<Raw<'_>>) -> Capabilities {
        let has = |key| {
            declared
                .and_then(|declared| declared.member(key))
                .is_some_and(Raw::is_object)
        };
        Capabilities {
            elicitation: has("elicitation"),
            sampling: has("sampling"),
            roots: has("roots"),
        }
    }

    fn has(self, capability: &str) -> bool {
        match capability {
            "elicitation" => self.elicitation,
            "sampling" => self.sampling,
            _ => self.roots,
        }
    }
}

/// What one call has asked and been told.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) capabilities: Capabilities,
    /// `inputResponses` of the call.
    pub(crate) responses: Option<Raw<'a>>,
    /// `requestState` of the call.
    pub(crate) state: Option<Raw<'a>>,
    /// What the state is bound to, so that it fits no other call: method, name and arguments.
    purpose: [&'a str; 3],
    /// The number of the session's next request.
    pub(crate) next: &'a mut u64,
    count: usize,
    opened: bool,
    /// Answers of earlier rounds and of this one.
    known: Vec<(String, String)>,
    open: Vec<(String, Question)>,
    /// Set by the first question, so that a server that asks nothing carries no sealing code.
    close: Option<fn(&Asking<'_>, &mut Vec<u8>)>,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(capabilities: Capabilities, next: &'a mut u64) -> Self {
        Asking {
            capabilities,
            responses: None,
            state: None,
            purpose: [""; 3],
            next,
            count: 0,
            opened: false,
            known: Vec::new(),
            open: Vec::new(),
            close: None,
        }
    }

    /// Binds the state to this call.
    pub(crate) fn bind(&mut self, method: &'a str, params: &Params<'a>) {
        let text = |key| params.get(key).map_or("", Raw::get);
        let named = if method == "resources/read" {
            "uri"
        } else {
            "name"
        };
        self.purpose = [method, text(named), text("arguments")];
    }

    /// Appends the members of an `InputRequiredResult`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if let Some(close) = self.close {
            close(self, out);
        }
    }

    /// Takes in what earlier rounds told (in the sealed state) and what this call brings.
    fn open(&mut self) -> Result<(), Ask> {
        if std::mem::replace(&mut self.opened, true) {
            return Ok(());
        }
        self.close = Some(|asking, out| asking.write_round(out));
        if let Some(state) = self.state {
            let sealed = state.as_str().ok_or(Ask::Tampered)?;
            let text = state::open(&sealed, &self.purpose).ok_or(Ask::Tampered)?;
            self.keep(Raw::new(&text).ok_or(Ask::Tampered)?);
        }
        if let Some(responses) = self.responses {
            if !responses.is_object() {
                return Err(Ask::Malformed);
            }
            self.keep(responses);
        }
        Ok(())
    }

    fn keep(&mut self, answers: Raw<'_>) {
        // Every answer there is is an object; what is none is asked for again.
        for answer in answers
            .members()
            .unwrap_or_default()
            .into_iter()
            .filter(|answer| answer.value.is_object())
        {
            let (key, value) = (answer.key.into_owned(), answer.value.get().to_owned());
            self.known.retain(|(known, _)| *known != key);
            self.known.push((key, value));
        }
    }

    fn write_round(&self, out: &mut Vec<u8>) {
        name(out, "inputRequests");
        out.push(b'{');
        for (key, question) in &self.open {
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            mcp_wire::json::string(key, out);
            out.extend_from_slice(b":{");
            member(out, "method", question.method);
            name(out, "params");
            out.extend_from_slice(question.params.as_bytes());
            out.push(b'}');
        }
        out.push(b'}');
        let mut known = b"{".to_vec();
        for (i, (key, value)) in self.known.iter().enumerate() {
            if i > 0 {
                known.push(b',');
            }
            mcp_wire::json::string(key, &mut known);
            known.push(b':');
            known.extend_from_slice(value.as_bytes());
        }
        known.push(b'}');
        if let Some(sealed) = state::seal(&known, &self.purpose) {
            member(out, "requestState", &sealed);
        }
    }
}

impl Context<'_> {
    /// Asks the user to fill in a form; gives the client's result (`action`, `content`).
    pub fn elicit(&mut self, message: &str, schema: &str) -> Result<Any, Ask> {
        self.ask(Question::elicit(message, schema))
    }

    /// Asks the client's model; gives the client's result (`role`, `content`, `model`).
    pub fn sample(&mut self, params: &str) -> Result<Any, Ask> {
        self.ask(Question::sample(params))
    }

    /// Asks for the folders that the client works in; gives the client's result (`roots`).
    pub fn roots(&mut self) -> Result<Any, Ask> {
        self.ask(Question::roots())
    }

    /// Whether the client declares that its user can be asked.
    pub fn can_elicit(&self) -> bool {
        self.asking.capabilities.elicitation
    }

    /// Whether the client declares that its model can be asked.
    pub fn can_sample(&self) -> bool {
        self.asking.capabilities.sampling
    }

    /// Whether the client declares that it tells its folders.
    pub fn can_list_roots(&self) -> bool {
        self.asking.capabilities.roots
    }

    /// Asks one question.
    pub fn ask(&mut self, question: Question) -> Result<Any, Ask> {
        let mut answers = self.ask_all(vec![question])?;
        answers.pop().ok_or(Ask::Pending)
    }

    /// Asks several questions at once: one round on the stateless wire, one after the other on the older.
    pub fn ask_all(&mut self, questions: Vec<Question>) -> Result<Vec<Any>, Ask> {
        if let Some(question) = questions
            .iter()
            .find(|question| !self.asking.capabilities.has(question.capability))
        {
            return Err(Ask::Unsupported(question.capability));
        }
        match self.wire {
            Wire::Stateless => self.ask_by_result(questions),
            Wire::Handshake => questions
                .into_iter()
                .map(|question| self.ask_by_request(&question))
                .collect(),
        }
    }

    fn ask_by_result(&mut self, questions: Vec<Question>) -> Result<Vec<Any>, Ask> {
        let asking = &mut self.asking;
        asking.open()?;
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            asking.count += 1;
            let key = question.key.map_or_else(
                || ["ask-", &asking.count.to_string()].concat(),
                str::to_owned,
            );
            match asking.known.iter().find(|(known, _)| *known == key) {
                Some((_, answer)) => answers.push(any(answer)?),
                None => asking.open.push((key, question)),
            }
        }
        if asking.open.is_empty() {
            Ok(answers)
        } else {
            Err(Ask::Pending)
        }
    }

    fn ask_by_request(&mut self, question: &Question) -> Result<Any, Ask> {
        *self.asking.next += 1;
        let id = Id::number(*self.asking.next);
        let mut out = Vec::with_capacity(128 + question.params.len());
        out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
        out.extend_from_slice(id.get().as_bytes());
        member(&mut out, "method", question.method);
        name(&mut out, "params");
        out.extend_from_slice(question.params.as_bytes());
        out.push(b'}');
        match self.link.request(self.id, &id, &out) {
            Answer::Result(text) => any(&text),
            Answer::Error(text) => {
                let message = Raw::new(&text)
                    .and_then(|error| error.member("message")?.as_str().map(String::from));
                Err(Ask::Refused(message.unwrap_or_else(|| {
                    "the client refused without saying why".to_owned()
                })))
            }
            Answer::Cancelled => Err(Ask::Cancelled),
            Answer::Unsupported => Err(Ask::Refused(
                "this connection has no way back to the client; use stdio or a session".to_owned(),
            )),
        }
    }
}

fn any(text: &str) -> Result<Any, Ask> {
    serde_json::from_str(text)
        .map_err(|_| Ask::Refused("the client's answer is not valid JSON".to_owned()))
}
