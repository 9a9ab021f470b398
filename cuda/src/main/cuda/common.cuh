// Where a thread's elements of a matrix are, and tiles in shared memory.
#pragma once
#include "numbers.cuh"

/** Threads of a block that goes over the elements of a matrix. */
#define ELEMENT_THREADS 256  // 2⁸

/** Quad floats that may be read and written one by one. */
struct alignas(16) Quad {
  float at[4];
};

/**
 * Up to four neighbouring elements of one row, those of this thread. A block covers some rows and as many columns as its
 * threads hold: the smallest power of two of threads that holds a row, all of them where none does. See Elements.java.
 */
struct Elements {
  long long row;
  int column;
  int count;

  __device__ __forceinline__ Elements(int rows, int columns) {
    const int quads = (columns + 3) / 4;
    const int bits = quads > 1 ? min(32 - __clz(quads - 1), 8) : 0;
    row = ((long long)blockIdx.x << (8 - bits)) + (threadIdx.x >> bits);
    column = 4 * ((blockIdx.y << bits) + (threadIdx.x & ((1 << bits) - 1)));
    count = row < rows ? min(columns - column, 4) : 0;
  }

  /** Whether four floats at an address may be moved at once. */
  static __device__ __forceinline__ bool aligned(const void* address) {
    return ((unsigned long long)address & 15) == 0;
  }

  __device__ __forceinline__ Quad load(const float* x) const {
    Quad four;
    if (count >= 4 && aligned(x)) {
      const float4 v = *(const float4*)x;
      four.at[0] = v.x;
      four.at[1] = v.y;
      four.at[2] = v.z;
      four.at[3] = v.w;
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        four.at[i] = i < count ? x[i] : 0.f;
      }
    }
    return four;
  }

  __device__ __forceinline__ void store(float* y, const Quad& four) const {
    if (count >= 4 && aligned(y)) {
      *(float4*)y = make_float4(four.at[0], four.at[1], four.at[2], four.at[3]);
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        if (i < count) {
          y[i] = four.at[i];
        }
      }
    }
  }
};

/** So many floats of shared memory, aligned to as many. */
template <int COUNT>
__device__ __forceinline__ void load_shared(float (&to)[COUNT], const float* from) {
  if constexpr (COUNT % 4 == 0) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) {
      const float4 v = *(const float4*)(from + i);
      to[i] = v.x;
      to[i + 1] = v.y;
      to[i + 2] = v.z;
      to[i + 3] = v.w;
    }
  } else if constexpr (COUNT == 2) {
    const float2 v = *(const float2*)from;
    to[0] = v.x;
    to[1] = v.y;
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      to[i] = from[i];
    }
  }
}

template <int COUNT>
__device__ __forceinline__ void store_shared(float* to, const float (&from)[COUNT]) {
  if constexpr (COUNT % 4 == 0) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) {
      *(float4*)(to + i) = make_float4(from[i], from[i + 1], from[i + 2], from[i + 3]);
    }
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      to[i] = from[i];
    }
  }
}
