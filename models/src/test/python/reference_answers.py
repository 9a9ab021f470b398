"""Answers of transformers on a GGUF file, widened to float32: reference.jsonl for `bench/run parity FOLDER --model FILE`.

Usage: reference_answers.py FILE.gguf FOLDER [PROMPTS.jsonl]
PROMPTS.jsonl: the first 16 texts, from `prompt` or `question`; without it, a few of its own. Each line of the result has `text`, `ids`, `log_probs` and
`entropy` [T-1] (entry t for token t+1), `next_top5` after the last token, and `greedy`: up to 48 tokens. A text is left out where the
greedy choice is between two logits closer than 0.002: rounding would decide.
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = [
    "The capital of France is",
    "def fibonacci(n):\n    if n < 2:\n        return n\n",
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did Natalia sell altogether?",
    "Es war einmal ein König, der hatte drei Töchter: die jüngste war so schön, dass",
    "春眠不觉晓，处处闻啼鸟。",
    "SELECT name, COUNT(*) FROM orders WHERE total > 100 GROUP BY name ORDER BY",
    "Numbers: 1, 1, 2, 3, 5, 8, 13, 21,",
    "In 1905 Albert Einstein published four papers. The first one, on the photoelectric effect,",
]
MARGIN = 0.002
LONGEST = 48


def texts(path):
    if path is None:
        return TEXTS
    lines = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()][:16]
    return [line.get("prompt") or line["question"] for line in lines]


def greedy(model, ids, ends):
    cache, answer = None, []
    fed = torch.tensor([ids])
    while len(answer) < LONGEST:
        out = model(fed, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        top = out.logits[0, -1].topk(2)
        if top.values[0] - top.values[1] < MARGIN:
            return None
        token = int(top.indices[0])
        answer.append(token)
        if token in ends:
            break
        fed = torch.tensor([[token]])
    return answer


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    path, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    where, name = os.path.split(path)
    torch.set_grad_enabled(False)
    tokenizer = AutoTokenizer.from_pretrained(where, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(where, gguf_file=name, dtype=torch.float32, attn_implementation="eager").eval()
    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends]) | {tokenizer.eos_token_id} - {None}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "reference.jsonl"), "w", encoding="utf-8") as out:
        for text in texts(sys.argv[3] if len(sys.argv) > 3 else None):
            ids = tokenizer(text)["input_ids"]
            answer = greedy(model, ids, ends)
            if answer is None:
                print("left out:", text, flush=True)
                continue
            all_log_probs = torch.log_softmax(model(torch.tensor([ids])).logits[0].double(), -1)
            before = all_log_probs[:-1]
            top = all_log_probs[-1].topk(5)
            line = {
                "text": text,
                "ids": ids,
                "log_probs": [round(float(before[t, i]), 6) for t, i in enumerate(ids[1:])],
                "entropy": [round(float(-(row.exp() * row).sum()), 6) for row in before],
                "next_top5": [[int(i), round(float(v), 6)] for v, i in zip(top.values, top.indices)],
                "greedy": answer,
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            print(len(ids), answer[:6], flush=True)


if __name__ == "__main__":
    main()
