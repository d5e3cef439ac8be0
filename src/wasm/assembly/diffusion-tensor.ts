// The twin of src/core/denoise/diffusion-tensor.ts: four voxels at once, with the same roundings.
import { DiffusionJob, sectionBytes, setBorders, volumeBytes } from "./diffusion";

const SWEEPS: i32 = 3;
const COHERENT: f32 = 3;
const TINY: f32 = 1e-30;

/** The tangent of the angle whose rotation takes `beside` away from between the diagonal's p and q. */
// @ts-ignore: decorator
@inline
function tangentOf(p: v128, q: v128, beside: v128): v128 {
  const difference = f32x4.sub(q, p);
  const twice = f32x4.mul(f32x4.splat(2), beside);
  const root = f32x4.sqrt(f32x4.add(f32x4.mul(difference, difference), f32x4.mul(twice, twice)));
  const size = f32x4.div(twice, f32x4.pmax(f32x4.splat(TINY), f32x4.add(f32x4.abs(difference), root)));
  return v128.bitselect(f32x4.neg(size), size, f32x4.lt(difference, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function cosineOf(tangent: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.sqrt(f32x4.add(one, f32x4.mul(tangent, tangent))));
}

// @ts-ignore: decorator
@inline
function first(cosine: v128, sine: v128, a: v128, b: v128): v128 {
  return f32x4.sub(f32x4.mul(cosine, a), f32x4.mul(sine, b));
}

// @ts-ignore: decorator
@inline
function second(cosine: v128, sine: v128, a: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(sine, a), f32x4.mul(cosine, b));
}

/** The diffusivity along an eigenvector. */
// @ts-ignore: decorator
@inline
function diffusivity(value: v128, least: v128, along: v128, rest: v128): v128 {
  const one = f32x4.splat(1);
  const alone = f32x4.div(one, f32x4.add(one, f32x4.mul(value, value)));
  return f32x4.add(f32x4.mul(rest, alone), v128.and(along, f32x4.eq(value, least)));
}

/** The part of the diffusion tensor that two rows of the eigenvectors make. */
// @ts-ignore: decorator
@inline
function part(a: v128, b: v128, c: v128, p0: v128, p1: v128, p2: v128, q0: v128, q1: v128, q2: v128): v128 {
  const sum = f32x4.add(f32x4.mul(f32x4.mul(a, p0), q0), f32x4.mul(f32x4.mul(b, p1), q1));
  return f32x4.add(sum, f32x4.mul(f32x4.mul(c, p2), q2));
}

/** Turns the structure tensors of section `item` into diffusion tensors, in place. */
export function diffusionTensors(item: i32, job: DiffusionJob): void {
  const section = job.tensors + sectionBytes(job) * item;
  for (let y = 0; y < job.ny; y++) {
    const row = section + job.strideBytes * y;
    for (let x: usize = 16; x < job.strideBytes; x += 16) tensorsAt(row + x, volumeBytes(job));
    setBorders(row + 16, job.nx, 1);
  }
}

/** The tensors of four voxels, whose parts lie `volume` bytes apart. */
function tensorsAt(at: usize, volume: usize): void {
  let xx = v128.load(at);
  let yy = v128.load(at + volume);
  let zz = v128.load(at + volume * 2);
  let xy = v128.load(at + volume * 3);
  let xz = v128.load(at + volume * 4);
  let yz = v128.load(at + volume * 5);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  // Rows of the matrix of eigenvectors: x, y, z; columns: 0, 1, 2.
  let x0 = one;
  let x1 = zero;
  let x2 = zero;
  let y0 = zero;
  let y1 = one;
  let y2 = zero;
  let z0 = zero;
  let z1 = zero;
  let z2 = one;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let t = tangentOf(xx, yy, xy);
    let c = cosineOf(t);
    let s = f32x4.mul(t, c);
    let moved = f32x4.mul(t, xy);
    xx = f32x4.sub(xx, moved);
    yy = f32x4.add(yy, moved);
    xy = zero;
    let a = xz;
    xz = first(c, s, a, yz);
    yz = second(c, s, a, yz);
    a = x0;
    x0 = first(c, s, a, x1);
    x1 = second(c, s, a, x1);
    a = y0;
    y0 = first(c, s, a, y1);
    y1 = second(c, s, a, y1);
    a = z0;
    z0 = first(c, s, a, z1);
    z1 = second(c, s, a, z1);

    t = tangentOf(xx, zz, xz);
    c = cosineOf(t);
    s = f32x4.mul(t, c);
    moved = f32x4.mul(t, xz);
    xx = f32x4.sub(xx, moved);
    zz = f32x4.add(zz, moved);
    xz = zero;
    a = xy;
    xy = first(c, s, a, yz);
    yz = second(c, s, a, yz);
    a = x0;
    x0 = first(c, s, a, x2);
    x2 = second(c, s, a, x2);
    a = y0;
    y0 = first(c, s, a, y2);
    y2 = second(c, s, a, y2);
    a = z0;
    z0 = first(c, s, a, z2);
    z2 = second(c, s, a, z2);

    t = tangentOf(yy, zz, yz);
    c = cosineOf(t);
    s = f32x4.mul(t, c);
    moved = f32x4.mul(t, yz);
    yy = f32x4.sub(yy, moved);
    zz = f32x4.add(zz, moved);
    yz = zero;
    a = xy;
    xy = first(c, s, a, xz);
    xz = second(c, s, a, xz);
    a = x1;
    x1 = first(c, s, a, x2);
    x2 = second(c, s, a, x2);
    a = y1;
    y1 = first(c, s, a, y2);
    y2 = second(c, s, a, y2);
    a = z1;
    z1 = first(c, s, a, z2);
    z2 = second(c, s, a, z2);
  }
  const least = f32x4.pmin(f32x4.pmin(xx, yy), zz);
  const difference = f32x4.sub(f32x4.pmax(f32x4.pmax(xx, yy), zz), least);
  const squared = f32x4.mul(difference, difference);
  const coherent = f32x4.splat(COHERENT);
  const ramp = f32x4.div(f32x4.sub(difference, coherent), coherent);
  const coherence = f32x4.pmin(one, f32x4.pmax(zero, ramp));
  const along = f32x4.mul(coherence, f32x4.div(squared, f32x4.add(one, squared)));
  const rest = f32x4.sub(one, coherence);
  const a = diffusivity(xx, least, along, rest);
  const b = diffusivity(yy, least, along, rest);
  const c = diffusivity(zz, least, along, rest);
  v128.store(at, part(a, b, c, x0, x1, x2, x0, x1, x2));
  v128.store(at + volume, part(a, b, c, y0, y1, y2, y0, y1, y2));
  v128.store(at + volume * 2, part(a, b, c, z0, z1, z2, z0, z1, z2));
  v128.store(at + volume * 3, part(a, b, c, x0, x1, x2, y0, y1, y2));
  v128.store(at + volume * 4, part(a, b, c, x0, x1, x2, z0, z1, z2));
  v128.store(at + volume * 5, part(a, b, c, y0, y1, y2, z0, z1, z2));
}
