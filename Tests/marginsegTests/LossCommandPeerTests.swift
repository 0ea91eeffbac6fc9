import Foundation
import TestSupport
import Testing
import Torch

/// `marginseg loss eval` against stock PyTorch, on tensors that Python writes, where `PeerPython` has torch.
@Suite struct LossCommandPeerTests {
    /// Writes logits, labels, and for each objective its value and gradient.
    private static let script = """
        import json, struct, sys, torch
        import torch.nn.functional as F

        def write(path, tensors):
            codes = {torch.float32: "F32", torch.int64: "I64", torch.bfloat16: "BF16"}
            header, data = {}, b""
            for name, tensor in tensors.items():
                raw = bytes(tensor.contiguous().view(torch.uint8).flatten().tolist())
                header[name] = {"dtype": codes[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
                data += raw
            text = json.dumps(header).encode()
            with open(path, "wb") as file: file.write(struct.pack("<Q", len(text)) + text + data)

        torch.manual_seed(1)
        classes, ignore = 4, 255
        logits = 3 * torch.randn(2, classes, 5, 6, 7)
        labels = torch.randint(0, classes, (2, 5, 6, 7))
        labels[torch.rand(labels.shape) < 0.1] = ignore

        def pixels(x):
            keep = labels.flatten() != ignore
            return x.movedim(1, -1).reshape(-1, classes)[keep], labels.flatten()[keep]

        def cross_entropy(x): return F.cross_entropy(x, labels, ignore_index=ignore)
        def weighted(x): return F.cross_entropy(x, labels, weight=torch.tensor([1., 2., 3., 4.]), ignore_index=ignore)
        def focal(x):
            x, y = pixels(x)
            log_p = x.log_softmax(1).gather(1, y[:, None])
            return -((1 - log_p.exp()) ** 2 * log_p).mean()
        def dice(x):
            x, y = pixels(x)
            p, t = x.softmax(1), F.one_hot(y, classes)
            return 1 - ((2 * (p * t).sum(0) + 1e-5) / (p.sum(0) + t.sum(0) + 1e-5)).mean()
        counts = torch.bincount(labels[labels != ignore], minlength=classes)
        def inverse(x): return F.cross_entropy(x, labels, weight=counts.sum() / (classes * counts), ignore_index=ignore)
        def effective(x):
            weight = ((1 - 0.99) / (1 - 0.99 ** counts.double())).float()
            return F.cross_entropy(x, labels, weight=weight, ignore_index=ignore)
        def adjusted(x):
            shift = 0.5 * (counts / counts.sum()).log()
            return F.cross_entropy(x + shift[None, :, None, None, None], labels, ignore_index=ignore)

        # Wang et al. 2023: the first of the Jaccard metric losses, over the classes present.
        def jaccard_of(x, y):
            p, t = x.softmax(1), F.one_hot(y, classes)
            difference = (p - t).abs().sum(0)
            tp = (p.sum(0) + t.sum(0) - difference) / 2
            return (1 - tp / (p.sum(0) + t.sum(0) - tp))[t.sum(0) > 0].mean()
        def jaccard(x): return jaccard_of(*pixels(x))
        def jaccard_per_image(x):
            images = []
            for i in range(len(x)):
                keep = labels[i].flatten() != ignore
                images.append(jaccard_of(x[i].flatten(1).T[keep], labels[i].flatten()[keep]))
            return torch.stack(images).mean()

        # Berman et al. 2018, Algorithm 1.
        def lovasz(x):
            x, y = pixels(x)
            p, losses = x.softmax(1), []
            for k in range(classes):
                t = (y == k).float()
                if t.sum() == 0: continue
                errors, order = (t - p[:, k]).abs().sort(descending=True)
                t = t[order].double()
                j = 1 - (t.sum() - t.cumsum(0)) / (t.sum() + (1 - t).cumsum(0))
                losses.append((errors * torch.cat([j[:1], j[1:] - j[:-1]]).float()).sum())
            return torch.stack(losses).mean()

        objectives = {
            "cross_entropy": cross_entropy, "cross_entropy(weights=[1, 2, 3, 4])": weighted, "focal": focal, "dice": dice,
            "cross_entropy+0.5*dice": lambda x: cross_entropy(x) + 0.5 * dice(x),
            "cross_entropy+lovasz": lambda x: cross_entropy(x) + lovasz(x),
            "cross_entropy(weights=inverse)": inverse, "cross_entropy(weights=effective, beta=0.99)": effective,
            "logit_adjusted(tau=0.5)": adjusted, "jaccard": jaccard, "jaccard(per_image=true)": jaccard_per_image,
        }
        values, gradients = {}, {}
        for name, objective in objectives.items():
            x = logits.clone().requires_grad_()
            value = objective(x)
            value.backward()
            values[name], gradients[name] = value.item(), x.grad
        write(sys.argv[1] + "/inputs.safetensors", {"logits": logits, "labels": labels})
        write(sys.argv[1] + "/gradients.safetensors", gradients)
        json.dump(values, open(sys.argv[1] + "/values.json", "w"))
        """

    @Test(.enabled(if: PeerPython.has("torch"), "\(PeerPython.missing("torch"))"))
    func agreesWithPyTorch() throws {
        struct Report: Decodable { let loss: Double }
        try withTemporaryFolder { folder in
            let script = folder.appending(path: "peer.py")
            try Self.script.write(to: script, atomically: true, encoding: .utf8)
            let status = try PeerPython.run([script.path, folder.path]).status
            try #require(status == 0, "the Python script failed")
            let values = try JSONDecoder().decode(
                [String: Double].self, from: Data(contentsOf: folder.appending(path: "values.json")))
            let gradients = try Safetensors(contentsOf: folder.appending(path: "gradients.safetensors")).tensors
            #expect(values.count == 11)
            for (objective, expected) in values {
                let command = try Command.run(
                    [
                        "loss", "eval", objective, "--logits", "inputs.safetensors", "--logits-name", "logits", "--labels",
                        "inputs.safetensors", "--labels-name", "labels", "--ignore", "255", "--json", "--gradient",
                        "ours.safetensors",
                    ], in: folder)
                #expect(command.status == 0, "\(objective): \(command.errors)")
                let found = try JSONDecoder().decode(Report.self, from: Data(command.output.utf8)).loss
                #expect(abs(found - expected) < 1e-5 * expected, "\(objective)")
                let ours = try #require(Safetensors(contentsOf: folder.appending(path: "ours.safetensors")).tensors["gradient"])
                let theirs = try #require(gradients[objective])
                let difference = try (ours - theirs).abs().max().item()
                #expect(difference < 1e-6, "\(objective)")
            }
        }
    }
}
