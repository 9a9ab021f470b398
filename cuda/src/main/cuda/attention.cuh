// What the attention kernels have in common: tiles of rows in shared memory, products of tiles.
#pragma once
#include "common.cuh"

#define ATTENTION_THREADS 128

namespace attention {

/** Keys, by absolute position, between two updates of the running maximum. */
constexpr int KEY_BLOCK = 32;

/** A head's scale. */
__device__ __forceinline__ float scale(int d) {
  return (float)(1 / sqrt((double)d));
}

/** The first position that a token at this position attends to. */
__device__ __forceinline__ int first_key(int position, int window) {
  return window == 0 ? 0 : max(0, position - window + 1);
}

/** Minus infinity. */
__device__ __forceinline__ float lowest() {
  return __uint_as_float(0xff800000u);
}

__device__ __forceinline__ float larger(float a, float b) {
  return a > b ? a : b;
}

/** Runs of key rows, one for each segment on the way to a block's own. */
struct Chain {
  const int* __restrict__ start;
  const int* __restrict__ row;
  const int* __restrict__ before;

  /** Row of the key at an absolute position. */
  __device__ __forceinline__ int row_of(int last, int at) const {
    int run = last;
    while (at < start[run]) {
      run = before[run];
    }
    return row[run] + at - start[run];
  }
};

/** Query rows of a block for the heads that share a key head, position by position: row r is a head of position r / share. */
struct Queries {
  int row;
  int position;
  int share;
  int head;
  int first;
  int count;

  /** Rows first ... of a block, no more than there are. */
  __device__ __forceinline__ Queries(int row, int positions, int position, int share, int key_head, int first, int most)
      : row(row), position(position), share(share), head(key_head * share), first(first), count(min(most, positions * share - first)) {}

  __device__ __forceinline__ int position_of(int r) const {
    return position + (first + r) / share;
  }

  __device__ __forceinline__ int row_of(int r) const {
    return row + (first + r) / share;
  }

  __device__ __forceinline__ int head_of(int r) const {
    return head + (first + r) % share;
  }

  /** Where the row is in a matrix of heads, d columns each. */
  __device__ __forceinline__ long long at(int r, int ld, int d) const {
    return (long long)row_of(r) * ld + head_of(r) * d;
  }
};

/** Floats from row to row of a tile: rows that follow each other lie in different banks, four floats each. */
template <int DEPTH>
constexpr int PITCH = DEPTH + 4;

/** Brings ROWS rows of d floats to a tile, times a factor; zeros from the count-th on and from d to DEPTH. address(r) answers a row. */
template <int DEPTH, int ROWS, class Address>
__device__ __forceinline__ void bring(float* tile, int count, int d, float factor, Address address) {
  constexpr int LANES = DEPTH / 4;
  constexpr int STEP = ATTENTION_THREADS / LANES;
  const int c = threadIdx.x % LANES * 4;
#pragma unroll 4
  for (int r = threadIdx.x / LANES; r < ROWS; r += STEP) {
    float4 v = make_float4(0.f, 0.f, 0.f, 0.f);
    if (r < count && c < d) {
      v = *(const float4*)(address(r) + c);
      v.x *= factor;
      v.y *= factor;
      v.z *= factor;
      v.w *= factor;
    }
    *(float4*)(tile + r * PITCH<DEPTH> + c) = v;
  }
}

/** Without a factor. */
template <int DEPTH, int ROWS, class Address>
__device__ __forceinline__ void bring(float* tile, int count, int d, Address address) {
  constexpr int LANES = DEPTH / 4;
  constexpr int STEP = ATTENTION_THREADS / LANES;
  const int c = threadIdx.x % LANES * 4;
#pragma unroll 4
  for (int r = threadIdx.x / LANES; r < ROWS; r += STEP) {
    float4 v = make_float4(0.f, 0.f, 0.f, 0.f);
    if (r < count && c < d) {
      v = *(const float4*)(address(r) + c);
    }
    *(float4*)(tile + r * PITCH<DEPTH> + c) = v;
  }
}

/** Rows and keys of the thread in a product of tiles by depth: rows ty + 16·i, keys tx + 8·j. */
__device__ __forceinline__ int ty() {
  return threadIdx.x >> 3;
}

__device__ __forceinline__ int tx() {
  return threadIdx.x & 7;
}

/** scores[i][j] = Σ_c keys[tx + 8j][c] · rows[ty + 16i][c], each one chain. */
template <int DEPTH, int RM, int KM>
__device__ __forceinline__ void score(float (&scores)[RM][KM], const float* rows, const float* keys, int d) {
#pragma unroll
  for (int i = 0; i < RM; i++) {
#pragma unroll
    for (int j = 0; j < KM; j++) {
      scores[i][j] = 0.f;
    }
  }
  const float* row = rows + ty() * PITCH<DEPTH>;
  const float* key = keys + tx() * PITCH<DEPTH>;
#pragma unroll 2
  for (int c = 0; c < d; c += 4) {
    float4 q[RM];
#pragma unroll
    for (int i = 0; i < RM; i++) {
      q[i] = *(const float4*)(row + 16 * i * PITCH<DEPTH> + c);
    }
#pragma unroll
    for (int j = 0; j < KM; j++) {
      const float4 k = *(const float4*)(key + 8 * j * PITCH<DEPTH> + c);
#pragma unroll
      for (int i = 0; i < RM; i++) {
        float sum = scores[i][j];
        sum = fmaf(k.x, q[i].x, sum);
        sum = fmaf(k.y, q[i].y, sum);
        sum = fmaf(k.z, q[i].z, sum);
        scores[i][j] = fmaf(k.w, q[i].w, sum);
      }
    }
  }
}

/** Outputs and columns of the thread in a product over the rows of a tile: outputs OUT·cy ..., columns 4·cx + 64·m .... */
__device__ __forceinline__ int cy() {
  return threadIdx.x >> 4;
}

__device__ __forceinline__ int cx() {
  return threadIdx.x & 15;
}

/** sums[o][c] += Σ_r weights[r][o] · tile[r][c], r below count in order. */
template <int DEPTH, int OUT, int WEIGHTS_PITCH>
__device__ __forceinline__ void accumulate(float (&sums)[OUT][DEPTH / 16], const float* weights, const float* tile, int count) {
  const float* own = weights + OUT * cy();
  const float* columns = tile + 4 * cx();
#pragma unroll 2
  for (int r = 0; r < count; r++) {
    float w[OUT];
    load_shared(w, own + r * WEIGHTS_PITCH);
#pragma unroll
    for (int m = 0; m < DEPTH / 64; m++) {
      const float4 v = *(const float4*)(columns + r * PITCH<DEPTH> + 64 * m);
#pragma unroll
      for (int o = 0; o < OUT; o++) {
        sums[o][4 * m] = fmaf(w[o], v.x, sums[o][4 * m]);
        sums[o][4 * m + 1] = fmaf(w[o], v.y, sums[o][4 * m + 1]);
        sums[o][4 * m + 2] = fmaf(w[o], v.z, sums[o][4 * m + 2]);
        sums[o][4 * m + 3] = fmaf(w[o], v.w, sums[o][4 * m + 3]);
      }
    }
  }
}

template <int OUT, int COLUMNS>
__device__ __forceinline__ void clear(float (&sums)[OUT][COLUMNS]) {
#pragma unroll
  for (int o = 0; o < OUT; o++) {
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      sums[o][c] = 0.f;
    }
  }
}

}  // namespace attention
