// Kernels that tests of the emulator spoil. watched.ptx is what NVRTC makes of them:
// --gpu-architecture=compute_80 --std=c++17 --fmad=false

/** The sum of each row of x [rows, columns]; one block of 128 threads a row. */
extern "C" __global__ void row_sums(const float* x, float* y, int columns) {
  __shared__ float part[4];
  const float* row = x + (long long)blockIdx.x * columns;
  float s = 0;
  for (int c = threadIdx.x; c < columns; c += 128) s += row[c];
  for (int o = 16; o > 0; o >>= 1) s += __shfl_xor_sync(0xffffffffu, s, o);
  if ((threadIdx.x & 31) == 0) part[threadIdx.x >> 5] = s;
  __syncthreads();
  if (threadIdx.x == 0) y[blockIdx.x] = (part[0] + part[1]) + (part[2] + part[3]);
}

/** y = x backwards, four at a time; one block of n / 4 threads. */
extern "C" __global__ void backwards(const float4* x, float4* y) {
  extern __shared__ float4 tile[];
  unsigned int at = (unsigned int)__cvta_generic_to_shared(&tile[threadIdx.x]);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(at), "l"(x + threadIdx.x));
  asm volatile("cp.async.commit_group;");
  asm volatile("cp.async.wait_group 0;");
  __syncthreads();
  float4 v = tile[blockDim.x - 1 - threadIdx.x];
  y[threadIdx.x] = make_float4(v.w, v.z, v.y, v.x);
}

/** d [16, 8] = a [16, 16] b [16, 8], a by rows and b by columns, both bf16; one warp. */
extern "C" __global__ void small_product(const unsigned int* a, const unsigned int* b, float* d) {
  const int lane = threadIdx.x, group = lane >> 2, quad = lane & 3;
  unsigned int a0 = a[group * 8 + quad], a1 = a[(group + 8) * 8 + quad];
  unsigned int a2 = a[group * 8 + quad + 4], a3 = a[(group + 8) * 8 + quad + 4];
  unsigned int b0 = b[group * 8 + quad], b1 = b[group * 8 + quad + 4];
  float d0 = 0, d1 = 0, d2 = 0, d3 = 0;
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
  d[group * 8 + 2 * quad] = d0;
  d[group * 8 + 2 * quad + 1] = d1;
  d[(group + 8) * 8 + 2 * quad] = d2;
  d[(group + 8) * 8 + 2 * quad + 1] = d3;
}

/** y[i] is a sum over a table of the thread's own that is read where indices say. */
extern "C" __global__ void tables(const float* x, const int* indices, float* y, int count) {
  float own[8];
  for (int i = 0; i < 8; i++) own[i] = x[threadIdx.x * 8 + i];
  float s = 0;
  for (int i = 0; i < count; i++) s += own[indices[i] & 7];
  y[threadIdx.x] = s;
}
