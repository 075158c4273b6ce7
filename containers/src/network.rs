//! A network for containers that serve: whoever is on it is reached by this host, and by nobody else, and reaches nobody.

use std::path::Path;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::ListNetworksOptionsBuilder;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::hold::{Hold, is_over};
use crate::label;

/// A network of one run. It is removed when this is dropped, and its containers have to be gone by then.
pub struct Network {
    engine: Engine,
    name: String,
}

impl Network {
    /// As the engine names it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // A daemon that does not answer now is asked again by the next command, which reaps what a run left.
        let _removed = self.engine.disband(&self.name);
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Network({})", self.name)
    }
}

impl Engine {
    /// Makes the run's network.
    ///
    /// A published port would let other hosts of the same link in (the engine's rules accept whatever is routed to a container's own address),
    /// and its containers out. An internal network has neither: this host reaches a container by its address on the bridge.
    ///
    /// # Errors
    /// When the engine does not make it: it has no addresses left, or may not make bridges.
    pub fn network(&self, hold: &Hold) -> Result<Network, Failure> {
        let name = format!("wasmmcp-bench-{}", hold.name());
        // Its containers do not see each other either.
        let options = ("com.docker.network.bridge.enable_icc", "false");
        let body = NetworkCreateRequest {
            name: name.clone(),
            driver: Some("bridge".to_owned()),
            internal: Some(true),
            enable_ipv6: Some(false),
            options: Some([(options.0.to_owned(), options.1.to_owned())].into()),
            labels: Some(label::of_container(hold)),
            ..NetworkCreateRequest::default()
        };
        self.ask("make a network", async {
            self.docker().create_network(body).await
        })?;
        let engine = self.clone();
        Ok(Network { engine, name })
    }

    /// Every network that a run of ours made, with the place of its lock.
    ///
    /// # Errors
    /// When the engine does not tell.
    pub fn networks(&self) -> Result<Vec<(String, String)>, Failure> {
        let ours = [("label".to_owned(), vec![label::LOCK.to_owned()])];
        let options = ListNetworksOptionsBuilder::new()
            .filters(&ours.into_iter().collect())
            .build();
        let found = self.ask("list our networks", async {
            self.docker().list_networks(Some(options)).await
        })?;
        let named = found.into_iter().filter_map(|network| {
            let place = network.labels?.remove(label::LOCK)?;
            Some((network.name?, place))
        });
        Ok(named.collect())
    }

    /// Removes the networks of runs that are over, whose locks lie in this folder. How many there were.
    pub(crate) fn disband_over(&self, folder: &Path) -> Result<usize, Failure> {
        let mut left = 0;
        for (name, place) in self.networks()? {
            if is_over(&place, folder) {
                self.disband(&name)?;
                left += 1;
            }
        }
        Ok(left)
    }

    /// Removes a network. One that is gone already is no failure.
    fn disband(&self, name: &str) -> Result<(), Failure> {
        let removed = self.ask(&format!("remove the network {name}"), async {
            self.docker().remove_network(name).await
        });
        match removed {
            Err(failure) if failure.absent => Ok(()),
            other => other,
        }
    }
}
