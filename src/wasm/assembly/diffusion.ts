// The passes of src/core/denoise/diffusion.ts but for the tensors; an item is a section. Rows of all volumes have `stride` f32: a
// vector whose last lane is the border voxel, nx voxels, another border voxel, and what is left to whole vectors. Borders repeat
// the row's ends; those of the cross flux along x with their sign changed.

/** As src/wasm/denoise/diffusion.ts writes it: every field has 4 bytes. */
@unmanaged
export class DiffusionJob {
  nz: i32;
  ny: i32;
  nx: i32;
  strideBytes: usize;
  /** Six volumes each, one after the other. */
  products: usize;
  tensors: usize;
  /** Four rows for each section of six volumes. */
  scratch: usize;
  /** What products are scaled by, and the time step. */
  scale: f32;
  timeStep: f32;
}

// @ts-ignore: decorator
@inline
export function sectionBytes(job: DiffusionJob): usize {
  return job.strideBytes * job.ny;
}

// @ts-ignore: decorator
@inline
export function volumeBytes(job: DiffusionJob): usize {
  return job.strideBytes * job.ny * job.nz;
}

/** Gives the row of voxels at `row` its borders. */
// @ts-ignore: decorator
@inline
export function setBorders(row: usize, nx: i32, sign: f32): void {
  const end = row + (<usize>nx << 2);
  store<f32>(row - 4, sign * load<f32>(row));
  store<f32>(end, sign * load<f32>(end - 4));
}

/** Copies section `item` of rows without gaps into a volume of rows with borders. */
export function diffusionStart(item: i32, job: DiffusionJob, values: usize, to: usize): void {
  const rowBytes = <usize>job.nx << 2;
  let from = values + rowBytes * job.ny * item;
  let row = to + sectionBytes(job) * item + 16;
  for (let y = 0; y < job.ny; y++) {
    memory.copy(row, from, rowBytes);
    setBorders(row, job.nx, 1);
    from += rowBytes;
    row += job.strideBytes;
  }
}

/** Copies section `item` back. */
export function diffusionEnd(item: i32, job: DiffusionJob, from: usize, values: usize): void {
  const rowBytes = <usize>job.nx << 2;
  let to = values + rowBytes * job.ny * item;
  let row = from + sectionBytes(job) * item + 16;
  for (let y = 0; y < job.ny; y++) {
    memory.copy(to, row, rowBytes);
    to += rowBytes;
    row += job.strideBytes;
  }
}

// @ts-ignore: decorator
@inline
function smoothed(before: v128, here: v128, after: v128): v128 {
  const sides = f32x4.mul(f32x4.splat(0.25), f32x4.add(before, after));
  return f32x4.add(sides, f32x4.mul(f32x4.splat(0.5), here));
}

/** Smooths by 1-2-1 along z, y and x; items go on through the volumes that follow each other. */
export function diffusionSmooth(item: i32, job: DiffusionJob, from: usize, to: usize): void {
  const stride = job.strideBytes;
  const plane = sectionBytes(job);
  const z = item % job.nz;
  const here = from + plane * item;
  const before = z > 0 ? here - plane : here;
  const after = z < job.nz - 1 ? here + plane : here;
  const rows = job.scratch + ((stride * item) << 2);
  const across = rows + stride * 3;
  const last = job.ny - 1;
  let ready = 0;
  for (let y = 0; y <= last; y++) {
    for (; ready <= min(y + 1, last); ready++) {
      const row = stride * ready;
      const out = rows + stride * (ready % 3);
      for (let at: usize = 16; at < stride; at += 16)
        v128.store(
          out + at,
          smoothed(v128.load(before + row + at), v128.load(here + row + at), v128.load(after + row + at)),
        );
    }
    const above = rows + stride * (max(y - 1, 0) % 3);
    const middle = rows + stride * (y % 3);
    const below = rows + stride * (min(y + 1, last) % 3);
    for (let at: usize = 16; at < stride; at += 16)
      v128.store(across + at, smoothed(v128.load(above + at), v128.load(middle + at), v128.load(below + at)));
    setBorders(across + 16, job.nx, 1);
    const target = to + plane * item + stride * y;
    for (let at: usize = 16; at < stride; at += 16)
      v128.store(
        target + at,
        smoothed(v128.load(across + at - 4), v128.load(across + at), v128.load(across + at + 4)),
      );
    setBorders(target + 16, job.nx, 1);
  }
}

// @ts-ignore: decorator
@inline
function centralDifference(before: usize, after: usize): v128 {
  return f32x4.mul(f32x4.splat(0.5), f32x4.sub(v128.load(after), v128.load(before)));
}

/** Multiplies the central differences of `source` with each other (xx, yy, zz, xy, xz, yz), scaled. */
export function diffusionProducts(item: i32, job: DiffusionJob, source: usize): void {
  const stride = job.strideBytes;
  const plane = sectionBytes(job);
  const volume = volumeBytes(job);
  const scale = f32x4.splat(job.scale);
  const before = item > 0 ? plane : 0;
  const after = item < job.nz - 1 ? plane : 0;
  for (let y = 0; y < job.ny; y++) {
    const above = y > 0 ? stride : 0;
    const below = y < job.ny - 1 ? stride : 0;
    const row = plane * item + stride * y;
    for (let x: usize = 16; x < stride; x += 16) {
      const at = source + row + x;
      const dx = centralDifference(at - 4, at + 4);
      const dy = centralDifference(at - above, at + below);
      const dz = centralDifference(at - before, at + after);
      const scaledX = f32x4.mul(dx, scale);
      const scaledY = f32x4.mul(dy, scale);
      let out = job.products + row + x;
      v128.store(out, f32x4.mul(scaledX, dx));
      v128.store((out += volume), f32x4.mul(scaledY, dy));
      v128.store((out += volume), f32x4.mul(f32x4.mul(dz, scale), dz));
      v128.store((out += volume), f32x4.mul(scaledX, dy));
      v128.store((out += volume), f32x4.mul(scaledX, dz));
      v128.store(out + volume, f32x4.mul(scaledY, dz));
    }
  }
}

/** Puts what flows along x, y and z because of differences along the other axes in place of the first three products. */
export function diffusionCrossFlux(item: i32, job: DiffusionJob, source: usize): void {
  const stride = job.strideBytes;
  const plane = sectionBytes(job);
  const volume = volumeBytes(job);
  const before = item > 0 ? plane : 0;
  const after = item < job.nz - 1 ? plane : 0;
  for (let y = 0; y < job.ny; y++) {
    const above = y > 0 ? stride : 0;
    const below = y < job.ny - 1 ? stride : 0;
    const row = plane * item + stride * y;
    for (let x: usize = 16; x < stride; x += 16) {
      const at = source + row + x;
      const dx = centralDifference(at - 4, at + 4);
      const dy = centralDifference(at - above, at + below);
      const dz = centralDifference(at - before, at + after);
      const tensor = job.tensors + row + x + volume * 3;
      const xy = v128.load(tensor);
      const xz = v128.load(tensor + volume);
      const yz = v128.load(tensor + volume * 2);
      const out = job.products + row + x;
      v128.store(out, f32x4.add(f32x4.mul(xy, dy), f32x4.mul(xz, dz)));
      v128.store(out + volume, f32x4.add(f32x4.mul(xy, dx), f32x4.mul(yz, dz)));
      v128.store(out + volume * 2, f32x4.add(f32x4.mul(xz, dx), f32x4.mul(yz, dy)));
    }
    setBorders(job.products + row + 16, job.nx, -1);
  }
}

/** Half of what flows in along an axis whose neighbours lie `before` and `after` bytes away. */
// @ts-ignore: decorator
@inline
function halfInflow(source: usize, tensor: usize, before: usize, after: usize, crossFrom: v128, crossTo: v128): v128 {
  const here = v128.load(source);
  const weight = v128.load(tensor);
  const from = f32x4.mul(
    f32x4.add(weight, v128.load(tensor - before)),
    f32x4.sub(v128.load(source - before), here),
  );
  const to = f32x4.mul(
    f32x4.add(weight, v128.load(tensor + after)),
    f32x4.sub(v128.load(source + after), here),
  );
  return f32x4.add(f32x4.add(from, to), f32x4.sub(crossTo, crossFrom));
}

/** One explicit step from `source` to `target`. */
export function diffusionFlow(item: i32, job: DiffusionJob, source: usize, target: usize): void {
  const stride = job.strideBytes;
  const plane = sectionBytes(job);
  const volume = volumeBytes(job);
  const before = item > 0 ? plane : 0;
  const after = item < job.nz - 1 ? plane : 0;
  const timeStep = f32x4.splat(job.timeStep);
  for (let y = 0; y < job.ny; y++) {
    const above = y > 0 ? stride : 0;
    const below = y < job.ny - 1 ? stride : 0;
    const row = plane * item + stride * y;
    for (let x: usize = 16; x < stride; x += 16) {
      const at = source + row + x;
      const tensor = job.tensors + row + x;
      const fluxX = job.products + row + x;
      const fluxY = fluxX + volume;
      const fluxZ = fluxY + volume;
      const hereY = v128.load(fluxY);
      const hereZ = v128.load(fluxZ);
      const fromY = above ? v128.load(fluxY - above) : f32x4.neg(hereY);
      const toY = below ? v128.load(fluxY + below) : f32x4.neg(hereY);
      const fromZ = before ? v128.load(fluxZ - before) : f32x4.neg(hereZ);
      const toZ = after ? v128.load(fluxZ + after) : f32x4.neg(hereZ);
      const alongX = halfInflow(at, tensor, 4, 4, v128.load(fluxX - 4), v128.load(fluxX + 4));
      const alongY = halfInflow(at, tensor + volume, above, below, fromY, toY);
      const alongZ = halfInflow(at, tensor + volume * 2, before, after, fromZ, toZ);
      const inflow = f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.add(alongX, alongY), alongZ));
      v128.store(target + row + x, f32x4.add(v128.load(at), f32x4.mul(timeStep, inflow)));
    }
    setBorders(target + row + 16, job.nx, 1);
  }
}
