//! The timer that interrupts a guest without a thread: a signal raises the engine's epoch.
//!
//! A thread that sleeps would do as well, but costs its creation before the first answer, and a page or two.

use std::sync::OnceLock;
use std::time::Duration;
use wasmtime::Engine;

static ENGINE: OnceLock<Engine> = OnceLock::new();

extern "C" fn on_alarm(_signal: libc::c_int) {
    // Both are one atomic operation, which is all that a signal handler may do.
    if let Some(engine) = ENGINE.get() {
        engine.increment_epoch();
    }
}

/// Makes SIGALRM raise this engine's epoch. The first engine stays; a process that serves stdio has one.
pub fn install(engine: &Engine) {
    if ENGINE.set(engine.clone()).is_err() {
        return;
    }
    #[expect(
        unsafe_code,
        reason = "installing a signal handler; without SA_RESTART, so that a read that waits for the client is interrupted"
    )]
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_alarm as extern "C" fn(libc::c_int) as libc::sighandler_t;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut());
    }
}

/// Raises the alarm once, after so long.
pub fn after(delay: Duration) {
    // Zero would switch the timer off; a millisecond late is no harm.
    let delay = delay + Duration::from_millis(1);
    let timer = libc::itimerval {
        it_interval: libc::timeval {
            tv_sec: 0,
            tv_usec: 0,
        },
        it_value: libc::timeval {
            tv_sec: libc::time_t::try_from(delay.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_usec: libc::suseconds_t::from(delay.subsec_micros()),
        },
    };
    #[expect(
        unsafe_code,
        reason = "setting this process's interval timer has no memory effects"
    )]
    unsafe {
        libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut());
    }
}
