//! One file for each thing that a trial can do.

pub mod density;
pub mod idle;
pub mod image;
pub mod instance;
pub mod load;
pub mod memory;
pub mod size;
pub mod start;
pub mod warm;

/// Makes a call some times and then once more, and judges the answers when all are there: judging takes longer than many a call, and
/// what the subject left in the caches would be gone. Gives back the last, which counts; of what went wrong, what did so first.
fn in_a_row<Up, Answered, Told, Wrong>(
    up: &mut Up,
    before: u64,
    once: impl Fn(&mut Up) -> Result<Answered, Wrong>,
    mut judge: impl FnMut(&mut Up, &Answered) -> Result<Told, Wrong>,
) -> Result<(Answered, Told), Wrong> {
    let mut early = Vec::new();
    let mut last = once(up);
    for _ in 0..before {
        let Ok(answered) = last else { break };
        early.push(answered);
        last = once(up);
    }
    for answered in &early {
        judge(up, answered)?;
    }
    let last = last?;
    let told = judge(up, &last)?;
    Ok((last, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls are numbers; those from `fails` on are not answered, and `wrong` is answered wrongly.
    fn run(fails: u32, wrong: u32) -> (Result<(u32, u32), &'static str>, u32) {
        let mut made = 0;
        let ended = in_a_row(
            &mut made,
            3,
            |made| {
                *made += 1;
                if *made < fails {
                    Ok(*made)
                } else {
                    Err("silent")
                }
            },
            |made, answered| {
                assert!(*made >= 4 || *made == fails, "judged too early");
                if *answered == wrong {
                    Err("wrong")
                } else {
                    Ok(10 * answered)
                }
            },
        );
        (ended, made)
    }

    #[test]
    fn the_last_call_counts_and_the_first_trouble_is_told() {
        assert_eq!(run(9, 9), (Ok((4, 40)), 4));
        assert_eq!(run(9, 4), (Err("wrong"), 4));
        assert_eq!(run(9, 2), (Err("wrong"), 4));
        assert_eq!(run(3, 9), (Err("silent"), 3));
        assert_eq!(run(3, 1), (Err("wrong"), 3));
        assert_eq!(run(1, 1), (Err("silent"), 1));
    }
}
