//! The engine's settings, in one place, so that what the compiler makes is what the runtime maps.
//!
//! There is one variant of code for every use: allocation on demand (`run`) and from a pool (`serve`, [`crate::Host`])
//! differ in no compiled instruction, which a test checks by loading the same file in both.

use std::fmt::Debug;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

/// How hard the compiler tries.
pub const OPT_LEVEL: OptLevel = OptLevel::Speed;

/// Where instances get their memory from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// A mapping made for each instance: nothing is paid at start.
    OnDemand,
    /// Slots reserved beforehand for so many instances: milliseconds at start, then microseconds an instance.
    Pool {
        /// How many component instances may live at once.
        instances: u32,
    },
}

/// Applies each setting and tells it: what is told cannot differ from what is applied.
macro_rules! set {
    ($config:ident, $tell:ident, $($name:ident: $value:expr,)*) => {
        $( let value = $value; $config.$name(value); $tell(stringify!($name), &value); )*
    };
}

type Tell<'a> = &'a mut dyn FnMut(&str, &dyn Debug);

/// The settings that compiled code depends on, without an allocation strategy.
pub fn settings() -> Config {
    code(&mut |_, _| {})
}

fn code(tell: Tell<'_>) -> Config {
    let mut config = Config::new();
    set! { config, tell,
        epoch_interruption: true,
        memory_init_cow: true,
        memory_reservation: 4 << 30,
        memory_guard_size: 32 << 20,
        wasm_simd: true,
        wasm_relaxed_simd: false,
        wasm_component_model: true,
        concurrency_support: false,
        shared_memory: false,
        wasm_backtrace_max_frames: None,
        generate_address_map: false,
        native_unwind_info: false,
        // Rust guests keep their own stack in linear memory, so the native one stays shallow.
        max_wasm_stack: 512 << 10,
        // The Wasm stack plus what host functions need below it.
        async_stack_size: 1 << 20,
    }
    config
}

/// An engine that runs precompiled code.
///
/// # Errors
///
/// The machine cannot give what was asked: address space for the pool, mostly.
pub fn engine(allocation: Allocation) -> wasmtime::Result<Engine> {
    let mut config = settings();
    config.allocation_strategy(strategy(allocation, &mut |_, _| {}));
    Engine::new(&config)
}

fn strategy(allocation: Allocation, tell: Tell<'_>) -> InstanceAllocationStrategy {
    let Allocation::Pool { instances } = allocation else {
        tell("allocation", &"on demand");
        return InstanceAllocationStrategy::OnDemand;
    };
    tell("allocation", &"pooling");
    let mut pool = PoolingAllocationConfig::new();
    // A component made by rustc is three core instances: the module, and two shims of the component tooling.
    set! { pool, tell,
        total_component_instances: instances,
        total_core_instances: instances.saturating_mul(4),
        total_memories: instances,
        total_tables: instances.saturating_mul(2),
        total_stacks: instances,
        max_core_instances_per_component: 32,
        max_memories_per_component: 4,
        max_tables_per_component: 16,
        table_elements: 100_000,
        max_memory_size: 4 << 30,
        // What a small call touches stays mapped and is zeroed by hand, which is cheaper than a page fault each; what an
        // idle slot may keep is bounded by these two.
        linear_memory_keep_resident: 128 << 10,
        table_keep_resident: 16 << 10,
        max_unused_warm_slots: 64,
    }
    InstanceAllocationStrategy::Pooling(pool)
}

/// The settings that compiled code depends on, one `name=value` each: part of the cache's key.
pub fn told() -> Vec<String> {
    let mut lines = vec![format!("opt_level={OPT_LEVEL:?}")];
    code(&mut |name, value| lines.push(format!("{name}={value:?}")));
    lines
}

/// The settings of an allocation that a command uses, one `command.name=value` each.
pub fn told_of(command: &str, allocation: Allocation) -> Vec<String> {
    let mut lines = Vec::new();
    strategy(allocation, &mut |name, value| {
        lines.push(format!("{command}.{name}={value:?}").replace('"', ""));
    });
    lines
}

/// What the machine adds to the cache's key: code for one processor may not run on another that shares the cache.
pub fn processor() -> String {
    let mut features = vec![std::env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! detected {
            ($($name:tt)*) => { $( if is_x86_feature_detected!($name) { features.push($name); } )* };
        }
        detected!("sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "avx" "avx2" "fma" "bmi1" "bmi2" "lzcnt"
            "avx512f" "avx512dq" "avx512vl" "avx512bitalg" "avx512vbmi");
    }
    features.push(std::env::consts::OS);
    features.join(",")
}
