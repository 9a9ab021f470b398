// Kernels that test the emulation itself.
#include "simt.h"

/** x[i] += by. */
extern "C" __global__ void __launch_bounds__(256) add_number(float* x, int n, float by) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] += by;
}

/** sums[b] = Σ of block b's part of x, by shuffles within warps and shared memory between them. */
extern "C" __global__ void __launch_bounds__(256) block_sums(const int* x, int* sums, int n) {
  __shared__ int parts[8];
  const int i = blockIdx.x * 256 + threadIdx.x;
  int sum = i < n ? x[i] : 0;
#pragma unroll
  for (int o = 16; o > 0; o >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    int total = 0;
    for (int w = 0; w < 8; w++) total += parts[w];
    sums[blockIdx.x] = total;
  }
}

/** y = x reversed in each block, through memory that the launch gives. */
extern "C" __global__ void __launch_bounds__(1024) reverse(const float* x, float* y) {
  extern __shared__ float turned[];
  turned[blockDim.x - 1 - threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
  __syncthreads();
  y[blockIdx.x * blockDim.x + threadIdx.x] = turned[threadIdx.x];
}

/** c [16, 8] = a [16, 16] · b [8, 16]ᵀ in bfloat16. */
extern "C" __global__ void __launch_bounds__(32) tensor_bf16(const float* a, const float* b, float* c) {
  const int group = threadIdx.x >> 2, quad = threadIdx.x & 3;
  unsigned fa[4], fb[2];
  for (int r = 0; r < 4; r++) {
    const float* p = a + (group + (r & 1) * 8) * 16 + quad * 2 + (r >> 1) * 8;
    fa[r] = pack_bf16(p[0], p[1]);
  }
  for (int r = 0; r < 2; r++) {
    const float* p = b + group * 16 + quad * 2 + r * 8;
    fb[r] = pack_bf16(p[0], p[1]);
  }
  float d[4] = {0, 0, 0, 0};
  mma_bf16(d, fa, fb);
  for (int e = 0; e < 4; e++) c[(group + (e >> 1) * 8) * 8 + quad * 2 + (e & 1)] = d[e];
}

/** y = x by asynchronous copies; with early set it does not wait for them. */
extern "C" __global__ void __launch_bounds__(64) copies(const float* x, float* y, int early) {
  __shared__ __align__(16) float tile[256];
  copy16(tile + 4 * threadIdx.x, x + 4 * threadIdx.x, 16);
  copies_commit();
  if (!early) copies_wait<0>();
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += 64) y[i] = tile[255 - i];
  __syncthreads();
  copies_wait<0>();
}

/** One float beyond n. */
extern "C" __global__ void writes_beyond(float* x, int n) {
  if (threadIdx.x == 0) x[n] = 1;
}

/** Half of a warp waits for the block, the other half for the first. */
extern "C" __global__ void waits_crosswise(float* x) {
  if (threadIdx.x & 1) __syncthreads(); else __syncwarp();
  x[threadIdx.x] = 0;
}
