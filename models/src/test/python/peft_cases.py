"""Makes the cases of PeftFolderTest with transformers and peft: python peft_cases.py OUT.

Each case is a tiny base model, an adapter that peft saved, and what torch computes with both: log-probs of one
sequence, the gradient of their weighted sum with respect to every A and B, and the adapter after one AdamW step.
"""

import json
import pathlib
import sys

import peft
import torch
import transformers

OUT = pathlib.Path(sys.argv[1])
TOKENS = [3, 17, 5, 40, 8, 21, 33, 2, 19, 11]
LEARNING_RATE, DECAY = 1e-2, 0.1


def llama():
    config = transformers.LlamaConfig(
        vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=32, tie_word_embeddings=True, bos_token_id=0, eos_token_id=1)
    return transformers.LlamaForCausalLM(config)


def qwen2():
    config = transformers.Qwen2Config(
        vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=32, tie_word_embeddings=False, bos_token_id=0, eos_token_id=1)
    return transformers.Qwen2ForCausalLM(config)


def gpt2():
    config = transformers.GPT2Config(
        vocab_size=48, n_embd=24, n_inner=40, n_layer=2, n_head=4, n_positions=32, bos_token_id=0, eos_token_id=1,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0)
    return transformers.GPT2LMHeadModel(config)


def smollm3():
    config = transformers.SmolLM3Config(
        vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=32, bos_token_id=0, eos_token_id=1, pad_token_id=None,
        no_rope_layer_interval=2, use_sliding_window=True, sliding_window=4)
    return transformers.SmolLM3ForCausalLM(config)


def phi4():
    config = transformers.Phi3Config(
        vocab_size=48, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
        num_key_value_heads=1, max_position_embeddings=128, original_max_position_embeddings=32, bos_token_id=0,
        eos_token_id=1, pad_token_id=None, tie_word_embeddings=True, partial_rotary_factor=0.75, sliding_window=6,
        rope_parameters=dict(rope_type="longrope", short_factor=[1.05, 1.6, 2.2], long_factor=[1.3, 4.5, 9.0]))
    return transformers.Phi3ForCausalLM(config)


CASES = {
    "llama-attention": (llama, dict(r=4, lora_alpha=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])),
    "qwen2-all-rslora": (qwen2, dict(r=3, lora_alpha=5, target_modules="all-linear", use_rslora=True)),
    "gpt2-all": (gpt2, dict(r=2, lora_alpha=4, target_modules=["attn.c_attn", "c_proj", "c_fc"], fan_in_fan_out=True)),
    "smollm3-all": (smollm3, dict(r=3, lora_alpha=6, target_modules="all-linear")),
    "phi4-attention": (phi4, dict(r=2, lora_alpha=4, target_modules=["qkv_proj", "o_proj"])),
}


def case(name, make, settings):
    torch.manual_seed(sum(name.encode()))
    base = make().float().eval()
    with torch.no_grad():
        for p in base.parameters():
            p.add_(0.2 * torch.randn_like(p))
    folder = OUT / name
    base.save_pretrained(folder / "base")
    for extra in ("generation_config.json",):
        (folder / "base" / extra).unlink(missing_ok=True)
    model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **settings))
    adapters = {n: p for n, p in model.named_parameters() if "lora_" in n}
    with torch.no_grad():
        for p in adapters.values():
            p.add_(0.1 * torch.randn_like(p))
    model.eval()
    model.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    ids = torch.tensor([TOKENS])
    logits = model(ids).logits[0, :-1]
    log_probs = logits.log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
    weights = torch.linspace(-1, 1, len(TOKENS) - 1)
    (log_probs * weights).sum().backward()
    plain = lambda n: n.replace("base_model.model.", "", 1).replace(".default", "")
    gradients = {plain(n): p.grad.flatten().tolist() for n, p in adapters.items()}
    torch.optim.AdamW(adapters.values(), lr=LEARNING_RATE, weight_decay=DECAY).step()
    stepped = {plain(n): p.detach().flatten().tolist() for n, p in adapters.items()}
    expected = dict(
        peft=peft.__version__, transformers=transformers.__version__, torch=torch.__version__, tokens=TOKENS,
        weights=weights.tolist(), logProbs=log_probs.tolist(), gradients=gradients, learningRate=LEARNING_RATE,
        weightDecay=DECAY, stepped=stepped)
    (folder / "expected.json").write_text(json.dumps(expected))


for name, (make, settings) in CASES.items():
    case(name, make, settings)
