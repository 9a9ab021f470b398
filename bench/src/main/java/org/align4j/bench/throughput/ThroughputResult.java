package org.align4j.bench.throughput;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.google.common.collect.ImmutableMap;

/**
 * What was measured.
 *
 * @param model folder, file or name of the shapes
 * @param trainTokensPerSecond forward, backward and AdamW on 8 sequences of 256 tokens
 * @param scoreTokensPerSecond log-probs of the same batch
 * @param sampleTokensPerSecond new tokens by number of sequences decoded at once, prompt time
 *     included
 * @param decodeTokensPerSecond the same without the prompts' time: all but the first new tokens
 * @param gemmGflops product 2048 × 576 × 1536 with packed weights
 * @param fmaPeakGflops register-only multiply-add loop on all cores
 * @param memoryGbs best of 5 reading 1 GiB of floats on all cores, 1e9 bytes a second
 * @param trainPeakMemoryGb resident peak of the training phase alone, 1e9 bytes; NaN where it
 *     cannot be read
 * @param jdk version of the Java runtime
 * @param kernels name of the kernels
 * @param threads number of threads
 */
@JsonPropertyOrder(alphabetic = false)
public record ThroughputResult(
    @JsonProperty("model") String model,
    @JsonProperty("train_tokens_per_second") double trainTokensPerSecond,
    @JsonProperty("score_tokens_per_second") double scoreTokensPerSecond,
    @JsonProperty("sample_tokens_per_second") ImmutableMap<String, Double> sampleTokensPerSecond,
    @JsonProperty("decode_tokens_per_second") ImmutableMap<String, Double> decodeTokensPerSecond,
    @JsonProperty("gemm_gflops") double gemmGflops,
    @JsonProperty("fma_peak_gflops") double fmaPeakGflops,
    @JsonProperty("memory_gbs") double memoryGbs,
    @JsonProperty("train_peak_memory_gb") double trainPeakMemoryGb,
    @JsonProperty("jdk") String jdk,
    @JsonProperty("kernels") String kernels,
    @JsonProperty("threads") int threads) {}
