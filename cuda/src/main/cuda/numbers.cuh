// Numbers as core's scalar kernels compute them. Every file of kernels begins with this one.
// Compiled with --fmad=false: a product and a sum are fused where fmaf is written, and nowhere else.
#pragma once

#ifdef SIMT_EMULATION
#include "simt.h"
#else

/** Two floats rounded to bfloat16, the first in the low half. */
__device__ __forceinline__ unsigned pack_bf16(float low, float high) {
  unsigned word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

/** A float rounded to the 10 bits of tf32, halves away from zero. */
__device__ __forceinline__ unsigned round_tf32(float value) {
  unsigned word;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(value));
  return word;
}

/** d [16, 8] += a [16, 16] · b [8, 16]ᵀ of bfloat16. Lane 4g + q holds rows g and g + 8 of a and row g of b. */
__device__ __forceinline__ void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/** d [16, 8] += a [16, 8] · b [8, 8]ᵀ of tf32, laid out like mma_bf16. */
__device__ __forceinline__ void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/**
 * Four 8 x 8 matrices of bfloat16 from shared memory. Lane 8i + r gives the address of row r of matrix i; lane 4g + q gets the
 * numbers 2q and 2q + 1 of row g of each, or of column g where TRANSPOSED.
 */
template <bool TRANSPOSED>
__device__ __forceinline__ void load_matrices(unsigned (&to)[4], const void* row) {
  const unsigned address = (unsigned)__cvta_generic_to_shared(row);
  if (TRANSPOSED) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
  }
}

/** Begins a copy of 16 bytes to shared memory: so many from global memory, the others 0. Both are aligned to 16. */
__device__ __forceinline__ void copy16(void* shared, const void* global, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((unsigned)__cvta_generic_to_shared(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(bytes)
               : "memory");
}

/** Ends a group of this thread's copies. */
__device__ __forceinline__ void copies_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/** Waits until no more than PENDING of this thread's groups are on the way. */
template <int PENDING>
__device__ __forceinline__ void copies_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

#endif

/** A bfloat16 as a float. */
__device__ __forceinline__ float widen(unsigned bits) {
  return __uint_as_float(bits << 16);
}

/** e^x, operation by operation ScalarMath.exp. */
__device__ __forceinline__ float exp_exact(float x) {
  const float t = fmaf(x, 1.44269504f, 12582912.f);
  const float n = t - 12582912.f;
  const float r = fmaf(n, 2.12194440e-4f, fmaf(n, -0.693359375f, x));
  float p = fmaf(r, 1.9875691500e-4f, 1.3981999507e-3f);
  p = fmaf(p, r, 8.3334519073e-3f);
  p = fmaf(p, r, 4.1665795894e-2f);
  p = fmaf(p, r, 1.6666665459e-1f);
  p = fmaf(p, r, 0.5f);
  p = fmaf(p, r * r, r + 1.f);
  const unsigned power = (__float_as_uint(t) << 23) + 0x3f800000u;
  return x < -87.33f ? 0.f : p * __uint_as_float(power);
}

/** The sum of sixteen neighbouring lanes' partial sums as SumTree adds them; in all of them. */
__device__ __forceinline__ float tree_sum(float partial) {
  partial += __shfl_xor_sync(0xffffffffu, partial, 8);
  partial += __shfl_xor_sync(0xffffffffu, partial, 4);
  partial += __shfl_xor_sync(0xffffffffu, partial, 2);
  partial += __shfl_xor_sync(0xffffffffu, partial, 1);
  return partial + 0.f;
}
