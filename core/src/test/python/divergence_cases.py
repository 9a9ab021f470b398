"""Makes divergence.json from TRL's own function: python divergence_cases.py gkd_trainer.py OUT.

Needs torch and the file trl/experimental/gkd/gkd_trainer.py of TRL 1.16. Never run by the build.
"""

import ast
import json
import sys

import torch
import torch.nn.functional as F


def peer_function(path):
    tree = ast.parse(open(path).read())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "generalized_jsd_loss":
            node.decorator_list = []
            scope = {"torch": torch, "F": F}
            exec(compile(ast.Module([node], []), path, "exec"), scope)
            return scope["generalized_jsd_loss"]
    raise ValueError("generalized_jsd_loss is not there")


def main(path, out):
    loss = peer_function(path)
    generator = torch.Generator().manual_seed(7)
    cases = []
    for rows, vocabulary, beta, temperature, scale in [
        (1, 2, 0.0, 1.0, 1.0),
        (3, 7, 0.0, 0.7, 3.0),
        (1, 5, 1.0, 1.0, 1.0),
        (4, 9, 1.0, 1.5, 6.0),
        (2, 11, 0.5, 1.0, 2.0),
        (3, 8, 0.1, 0.6, 4.0),
        (2, 6, 0.9, 1.0, 12.0),
    ]:
        student = (scale * torch.randn(rows, vocabulary, generator=generator)).double()
        teacher = (scale * torch.randn(rows, vocabulary, generator=generator)).double()
        coefficients = torch.randn(rows, generator=generator).double()
        student.requires_grad_(True)
        per_id = loss(student, teacher, beta=beta, temperature=temperature, reduction="none")
        values = per_id.sum(-1)
        (coefficients * values).sum().backward()
        cases.append(
            {
                "beta": beta,
                "temperature": temperature,
                "student": student.tolist(),
                "teacher": teacher.tolist(),
                "coefficients": coefficients.tolist(),
                "values": values.tolist(),
                "gradient": student.grad.tolist(),
            }
        )
    json.dump({"peer": "TRL 1.16.0, generalized_jsd_loss", "cases": cases}, open(out, "w"))


if __name__ == "__main__":
    main(*sys.argv[1:])
