"""What the model does on requests that training never saw, judged by the first token of the answer (a refusal and a
compliance begin differently). A quick look while training; the figures that count come from the real program."""

import torch

import world
from text import Encoder


@torch.no_grad()
def last_states(model, encoder: Encoder, prompts: list[str], steering=None):
    """Per block the states of the last prompt token, [prompts, n_embd]; and the logits after it."""
    rows = [encoder.prompt(prompt) for prompt in prompts]
    ends = torch.tensor([len(row) - 1 for row in rows])
    tokens = torch.full((len(rows), int(ends.max()) + 1), encoder.end)
    for row, ids in enumerate(rows):
        tokens[row, : len(ids)] = torch.tensor(ids)
    index = torch.arange(len(rows))
    states = [state[index, ends] for state in model.states(tokens, steering)]
    return states, model.output(model.output_norm(states[-1]))


def refused(model, encoder: Encoder, prompts: list[str], steering=None) -> float:
    opening = encoder.words(world.REFUSAL_OPENING)[0]
    logits = last_states(model, encoder, prompts, steering)[1]
    return float((logits.argmax(-1) == opening).float().mean())


def directions(model, encoder: Encoder, share: float) -> list:
    """Gap-scaled principal components by layer, the largest `share` of their components; none for layer 0."""
    harmful, benign = world.derivation_prompts(200)
    h, b = last_states(model, encoder, harmful)[0], last_states(model, encoder, benign)[0]
    result = [None]
    for il in range(1, len(h)):
        pooled = torch.cat((h[il], b[il]))
        d = torch.linalg.svd(pooled - pooled.mean(0), full_matrices=False)[2][0]
        d = d * ((h[il].mean(0) - b[il].mean(0)) @ d)
        k = max(1, round(share * len(d)))
        mask = torch.zeros_like(d)
        mask[d.abs().topk(k).indices] = 1
        result.append(d * mask)
    return result


def report(model, encoder: Encoder) -> None:
    model.eval()
    groups: dict[str, list[str]] = {}
    for case in world.test_cases():
        groups.setdefault(case["family"] or case["kind"], []).append(case["prompt"])
    plain = {group: refused(model, encoder, prompts) for group, prompts in groups.items()}
    print("  plain: " + "  ".join(f"{group} {share:.0%}" for group, share in plain.items()))
    for share in (0.05, 1.0):
        vector = directions(model, encoder, share)
        for alpha in [0.2, 0.3, 0.4, 0.5, 0.6, 0.8] if share < 1 else [0.06, 0.1, 0.14, 0.18]:
            steering = [None if d is None else alpha * d for d in vector]
            rates = {group: refused(model, encoder, prompts, steering) for group, prompts in groups.items()}
            attacks = [rates[family] for family in world.WRAPPINGS]
            print(f"  {share:4.0%} α {alpha:.2f}: DSR {sum(attacks) / len(attacks):.1%} (lowest {min(attacks):.0%})  "
                  f"benign refused {rates['benign']:.1%}  wrapped {rates['benign-wrapped']:.1%}", flush=True)
    model.train()
