// Attention over packed tokens: the operations of ScalarAttention in their order. Bound by float32 arithmetic.
#include "attention.cuh"

namespace attention {

/**
 * A block of threads has up to ROWS query rows of a block of positions and of the heads that share a key head; keys and values
 * come in blocks of 32 positions through shared memory. Shared: queries, a tile of keys or values, weights [key][row], and for
 * each row a factor and a maximum.
 */
template <int DEPTH, int ROWS>
__device__ __forceinline__ void forward(float* const shared, const float* __restrict__ q, int ldq, const float* __restrict__ k, int ldk, const float* __restrict__ v,
    int ldv, const int* __restrict__ block_row, const int* __restrict__ block_count, const int* __restrict__ block_position,
    const int* __restrict__ block_run, const Chain chain, float* __restrict__ out, int ldo, float* __restrict__ lse, int ldl, int blocks, int heads,
    int key_heads, int d, int window) {
  constexpr int RM = ROWS / 16;
  constexpr int KM = KEY_BLOCK / 8;
  constexpr int OUT = ROWS / 8;
  constexpr int WEIGHTS_PITCH = ROWS + 4;
  float* const queries = shared;
  float* const tile = queries + ROWS * PITCH<DEPTH>;
  float* const weights = tile + KEY_BLOCK * PITCH<DEPTH>;
  float* const factors = weights + KEY_BLOCK * WEIGHTS_PITCH;
  float* const maxima = factors + ROWS;
  int* const key_rows = (int*)(maxima + ROWS);

  const int share = heads / key_heads;
  const int chunks = (64 * share + ROWS - 1) / ROWS;
  const int key_head = blockIdx.x / chunks % key_heads;
  const int block = blocks - 1 - blockIdx.x / chunks / key_heads;  // those with most keys first
  const Queries own(block_row[block], block_count[block], block_position[block], share, key_head, blockIdx.x % chunks * ROWS, ROWS);
  if (own.count <= 0) {
    return;
  }
  const int run = block_run[block];
  const int end = own.position_of(own.count - 1) + 1;
  const int begin = first_key(own.position_of(0), window) / KEY_BLOCK * KEY_BLOCK;

  bring<DEPTH, ROWS>(queries, own.count, d, scale(d), [&](int r) { return q + own.at(r, ldq, d); });
  if (threadIdx.x < KEY_BLOCK) {
    key_rows[threadIdx.x] = chain.row_of(run, min(begin + (int)threadIdx.x, end - 1));
  }
  int positions[RM];
  float most[RM];
#pragma unroll
  for (int i = 0; i < RM; i++) {
    positions[i] = own.position_of(min(ty() + 16 * i, own.count - 1));
    most[i] = lowest();
  }
  float total = 0.f;
  float sums[OUT][DEPTH / 16];
  clear(sums);
  __syncthreads();
  for (int start = begin, half = 0; start < end; start += KEY_BLOCK, half ^= KEY_BLOCK) {
    const int count = min(KEY_BLOCK, end - start);
    bring<DEPTH, KEY_BLOCK>(tile, count, d, [&](int j) { return k + (long long)key_rows[half + j] * ldk + key_head * d; });
    __syncthreads();
    float scores[RM][KM];
    score<DEPTH, RM, KM>(scores, queries, tile, d);
#pragma unroll
    for (int i = 0; i < RM; i++) {
      const int first = first_key(positions[i], window);
      float now = most[i];
#pragma unroll
      for (int j = 0; j < KM; j++) {
        const int at = start + tx() + 8 * j;
        if (at > positions[i] || at < first) {
          scores[i][j] = lowest();
        }
        now = larger(scores[i][j], now);
      }
      now = larger(now, __shfl_xor_sync(0xffffffffu, now, 1));
      now = larger(now, __shfl_xor_sync(0xffffffffu, now, 2));
      now = larger(now, __shfl_xor_sync(0xffffffffu, now, 4));
#pragma unroll
      for (int j = 0; j < KM; j++) {
        const int at = start + tx() + 8 * j;
        const float p = exp_exact(scores[i][j] - now);
        weights[(tx() + 8 * j) * WEIGHTS_PITCH + ty() + 16 * i] = at > positions[i] || at < first ? 0.f : p;
      }
      if (tx() == 0) {
        factors[ty() + 16 * i] = most[i] == now ? 1.f : exp_exact(most[i] - now);  // also where nothing has been seen
      }
      most[i] = now;
    }
    __syncthreads();
    bring<DEPTH, KEY_BLOCK>(tile, count, d, [&](int j) { return v + (long long)key_rows[half + j] * ldv + key_head * d; });
    if (threadIdx.x < ROWS) {
      float sum = 0.f;
#pragma unroll
      for (int j = 0; j < KEY_BLOCK; j++) {
        sum += weights[j * WEIGHTS_PITCH + threadIdx.x];
      }
      total = total * factors[threadIdx.x] + sum;
    }
    if (threadIdx.x >= ATTENTION_THREADS - KEY_BLOCK) {
      const int j = threadIdx.x - (ATTENTION_THREADS - KEY_BLOCK);
      key_rows[(half ^ KEY_BLOCK) + j] = chain.row_of(run, min(start + KEY_BLOCK + j, end - 1));
    }
    __syncthreads();
    float factor[OUT];
    load_shared(factor, factors + OUT * cy());
#pragma unroll
    for (int o = 0; o < OUT; o++) {
#pragma unroll
      for (int c = 0; c < DEPTH / 16; c++) {
        sums[o][c] *= factor[o];
      }
    }
    accumulate<DEPTH, OUT, WEIGHTS_PITCH>(sums, weights, tile, count);
    __syncthreads();
  }
  if (tx() == 0) {
#pragma unroll
    for (int i = 0; i < RM; i++) {
      maxima[ty() + 16 * i] = most[i];
    }
  }
  __syncthreads();
  if (threadIdx.x < ROWS) {
    factors[threadIdx.x] = 1.f / total;
    if (lse != nullptr && (int)threadIdx.x < own.count) {
      lse[(long long)own.row_of(threadIdx.x) * ldl + own.head_of(threadIdx.x)] = (float)(maxima[threadIdx.x] + log((double)total));
    }
  }
  __syncthreads();
#pragma unroll
  for (int o = 0; o < OUT; o++) {
    const int r = OUT * cy() + o;
    const float inverse = factors[r];
#pragma unroll
    for (int m = 0; m < DEPTH / 64; m++) {
      const int c = 4 * cx() + 64 * m;
      if (r < own.count && c < d) {
        *(float4*)(out + own.at(r, ldo, d) + c) =
            make_float4(sums[o][4 * m] * inverse, sums[o][4 * m + 1] * inverse, sums[o][4 * m + 2] * inverse, sums[o][4 * m + 3] * inverse);
      }
    }
  }
}

}  // namespace attention

// Blocks of threads that a multiprocessor is to hold: three where it has shared memory for them.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900 && __CUDA_ARCH__ < 1200
#define ATTENTION_RESIDENT 3
#else
#define ATTENTION_RESIDENT 2
#endif

/** Attention for heads of up to so many columns, a multiple of 8. */
#define ATTENTION(DEPTH, ROWS, RESIDENT)                                                                                                        \
  extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS, RESIDENT) attention_##DEPTH(const float* q, int ldq, const float* k, int ldk, \
      const float* v, int ldv, const int* block_row, const int* block_count, const int* block_position, const int* block_run,                   \
      const int* run_start, const int* run_row, const int* run_before, float* out, int ldo, float* lse, int ldl, int blocks, int heads,         \
      int key_heads, int d, int window) {                                                                                                       \
    const attention::Chain chain = {run_start, run_row, run_before};                                                                            \
    extern __shared__ float4 attention_memory[];                                                                                                \
    attention::forward<DEPTH, ROWS>((float*)attention_memory, q, ldq, k, ldk, v, ldv, block_row, block_count, block_position,                   \
        block_run, chain, out, ldo, lse, ldl, blocks, heads, key_heads, d, window);                                                             \
  }

ATTENTION(64, 64, ATTENTION_RESIDENT)
ATTENTION(128, 64, ATTENTION_RESIDENT)
ATTENTION(256, 32, 2)
