package org.align4j.models.transformer;

/** The model families Align4J reads, trains and writes, under their Hugging Face names. */
public enum Architecture {
  LLAMA("llama", "LlamaForCausalLM"),
  MISTRAL("mistral", "MistralForCausalLM"),
  QWEN2("qwen2", "Qwen2ForCausalLM"),
  QWEN3("qwen3", "Qwen3ForCausalLM"),
  GPT2("gpt2", "GPT2LMHeadModel");

  private final String modelType;
  private final String className;

  Architecture(String modelType, String className) {
    this.modelType = modelType;
    this.className = className;
  }

  /** {@code model_type} in {@code config.json}. */
  public String modelType() {
    return modelType;
  }

  /** The language model's entry in {@code architectures} of {@code config.json}. */
  public String className() {
    return className;
  }
}
