using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Vault;

/// <summary>What keeps generations of the sealing key, and makes the next: an operator's secret, of which only a public key is here, or a token.</summary>
internal abstract class NodeSeal
{
    private NodeSeal() { }

    public abstract SealKind Kind { get; }

    /// <summary>Makes a generation with a number above <paramref name="after"/>. One in a token is there from here on, whatever becomes of the file.</summary>
    /// <exception cref="VaultException">The token cannot, or holds another node's keys.</exception>
    public abstract SealedGeneration Make(NodeId nid, uint after, IRandomSource random);

    /// <summary>Whether that generation is kept by this very secret or token.</summary>
    public abstract bool Keeps(GenerationPart part);

    /// <param name="Header">What the file says of the secret.</param>
    /// <param name="Recipient">Public half of the pair that sealing keys are wrapped for.</param>
    public sealed class OfSecret(SealKind kind, byte[] header, Bytes32 recipient) : NodeSeal
    {
        public override SealKind Kind => kind;

        public override SealedGeneration Make(NodeId nid, uint after, IRandomSource random)
        {
            var key = SealingKey.Generate(checked(after + 1), random);
            return new(key, this, Part(key, nid, random));
        }

        public override bool Keeps(GenerationPart part) => part.Kind == kind && part.Header.AsSpan().SequenceEqual(header);

        /// <summary>The key as version 3 of the file has it.</summary>
        public GenerationPart Part(SealingKey key, NodeId nid, IRandomSource random) =>
            new(kind, key.Generation, header, key.Wrap(recipient, nid, random), IsFirstForm: false);
    }

    public sealed class InToken(IVaultToken token) : NodeSeal
    {
        public override SealKind Kind => SealKind.Token;

        public IVaultToken Token => token;

        /// <summary>The number is above all that the token has of this node, also those that no file knows: a backup may.</summary>
        public override SealedGeneration Make(NodeId nid, uint after, IRandomSource random)
        {
            var own = TokenKeys.OfNode(token, nid);
            var highest = own.Where(id => id.Use == TokenKeyUse.Seal).Select(id => id.Generation).Append(after).Max();
            var id = TokenKeyId.ForSeal(nid, checked(highest + 1));
            return new(new TokenSealingKey(id.Generation, token.MakeSeal(id)), this, Part(id));
        }

        public override bool Keeps(GenerationPart part) => TokenKeys.Of(part) is { } key && key.Serial == token.Serial && key.Label == token.Label;

        private GenerationPart Part(TokenKeyId id) =>
            new(SealKind.Token, id.Generation, new TokenKey(token.Label, token.Serial, id).ToBytes(), [], IsFirstForm: false);
    }
}

/// <summary>A generation that is open here, with what keeps it. A class, not a record: it holds a secret.</summary>
internal sealed class SealedGeneration(ISealingKey key, NodeSeal seal, GenerationPart part)
{
    public ISealingKey Key { get; } = key;

    public NodeSeal Seal { get; } = seal;

    /// <summary>As the file has it.</summary>
    public GenerationPart Part { get; private set; } = part;

    /// <summary>Wraps a key of version 1 as the present version does.</summary>
    public void Renew(NodeId nid, IRandomSource random)
    {
        if (Part.IsFirstForm && Seal is NodeSeal.OfSecret secret)
            Part = secret.Part((SealingKey)Key, nid, random);
    }

    public override string ToString() => $"SealedGeneration({Part.Kind} {Part.Generation}, <redacted>)";
}
