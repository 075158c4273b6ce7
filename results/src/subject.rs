//! What is measured: one server in one packaging, with a content digest.

use serde::{Deserialize, Serialize};

use crate::Digest;
use crate::variable::names;

names! {
    /// How a server is shipped and started: the paper's independent variable.
    Packaging {
        Component, "component", "Our Rust server as a Wasm component, run by our runtime in its own process.";
        ComponentWasmtime, "component-wasmtime", "The same component under the stock `wasmtime` command.";
        Native, "native", "Our Rust server as an ordinary process.";
        ContainerNative, "container-native", "The native binary alone in an image.";
        ContainerComponent, "container-component", "The runtime and the precompiled component in an image.";
        ContainerReference, "container-reference", "The reference implementation in an image: the paper's container column.";
        Reference, "reference", "The same reference server as an ordinary process.";
    }
}

impl Packaging {
    /// Whether it is started as a container of an image.
    pub fn is_contained(self) -> bool {
        match self {
            Self::ContainerNative | Self::ContainerComponent | Self::ContainerReference => true,
            Self::Component | Self::ComponentWasmtime | Self::Native | Self::Reference => false,
        }
    }

    /// Whether it is what somebody else wrote and ours is compared with.
    pub fn is_reference(self) -> bool {
        matches!(self, Self::Reference | Self::ContainerReference)
    }
}

/// One server in one packaging. The digest is absent where the subject could not be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The server's name, as in its `server.toml`.
    pub server: String,
    /// How it is shipped and started.
    pub packaging: Packaging,
    /// Of the file or image that is started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}
