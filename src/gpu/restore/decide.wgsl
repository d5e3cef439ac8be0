// Adds the shares of an energy, always in the same order, and decides on the proposal that has it; one workgroup.

struct Params {
  shares: u32,
  slot: u32, // of the outcome
  begins: u32, // 1: takes the energy for that of the current sample, whatever it is
  scale: f32, // of the sum
  slack: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> shares: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: State;

var<workgroup> sums: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var i = thread; i < params.shares; i += THREADS) { sum += shares[i]; }
  sums[thread] = sum;
  for (var reach = THREADS / 2u; reach > 0u; reach >>= 1u) {
    workgroupBarrier();
    if (thread < reach) { sums[thread] += sums[thread + reach]; }
  }
  if (thread > 0u) { return; }
  let energy = params.scale * sums[0];
  let begins = params.begins == 1u;
  let accepted = begins || energy - state.energy < params.slack;
  if (begins) { state.longestRun = 0u; }
  if (accepted) {
    state.energy = energy;
    state.run = 0u;
  }
  state.accepted = select(0u, 1u, accepted);
  state.outcomes[params.slot] = vec2f(state.energy, select(0.0, 1.0, accepted));
}
