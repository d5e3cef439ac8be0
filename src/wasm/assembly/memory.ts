/** The first byte that no static data uses. */
export function heapBase(): usize {
  return __heap_base;
}

/** Sets `count` f32 from `pointer` (a multiple of 16) on to `value`; item i takes the i-th block of `block` values. */
export function fillF32(item: i32, pointer: usize, count: i32, block: i32, value: f32): void {
  const start = item * block;
  const end = min(start + block, count);
  for (let i = start; i < end; i++) store<f32>(pointer + (<usize>i << 2), value);
}

/** Copies row `item` of `bytes` from one array to another; rows lie `fromStep` and `toStep` bytes apart. */
export function copyRow(item: i32, from: usize, fromStep: usize, to: usize, toStep: usize, bytes: usize): void {
  memory.copy(to + <usize>item * toStep, from + <usize>item * fromStep, bytes);
}
