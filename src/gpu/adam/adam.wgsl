// A step of Adam (Kingma & Ba 2015, arXiv:1412.6980), a thread for each weight. Nothing is overwritten: a step can be taken back.

struct Params {
  count: u32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  rate: f32, // learning rate over 1 − β₁ᵗ
  secondScale: f32, // 1 over 1 − β₂ᵗ
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> first: array<f32>;
@group(0) @binding(4) var<storage, read> second: array<f32>;
@group(0) @binding(5) var<storage, read_write> newWeights: array<f32>;
@group(0) @binding(6) var<storage, read_write> newFirst: array<f32>;
@group(0) @binding(7) var<storage, read_write> newSecond: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= params.count) { return; }
  let g = gradient[i];
  let m = first[i] + (1.0 - params.beta1) * (g - first[i]);
  let v = second[i] + (1.0 - params.beta2) * (g * g - second[i]);
  newFirst[i] = m;
  newSecond[i] = v;
  newWeights[i] = weights[i] - params.rate * m / (sqrt(v * params.secondScale) + params.epsilon);
}
