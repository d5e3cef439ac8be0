// Counts the current sample as accumulated once more; one thread.

@group(0) @binding(0) var<storage, read_write> state: State;

@compute @workgroup_size(1)
fn main() {
  let run = state.run + 1u;
  state.isLongest = select(0u, 1u, run > state.longestRun);
  state.run = run;
  state.longestRun = max(run, state.longestRun);
}
