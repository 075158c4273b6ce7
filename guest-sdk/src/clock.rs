//! The one place that reads the clock.

/// Nanoseconds since some fixed point; only differences mean anything.
pub(crate) fn now() -> u64 {
    #[cfg(target_arch = "wasm32")]
    {
        wasip2::clocks::monotonic_clock::now()
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        use std::{sync::OnceLock, time::Instant};
        static START: OnceLock<Instant> = OnceLock::new();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the clock module: measuring is what it is for"
        )]
        let now = Instant::now();
        let start = *START.get_or_init(|| now);
        u64::try_from(now.saturating_duration_since(start).as_nanos()).unwrap_or(u64::MAX)
    }
}
