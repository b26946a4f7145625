using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>Makes an input out of a door's seeds: one to four changes, some that know the form and some that do not.</summary>
internal static class Mutator
{
    /// <summary>No input is longer: doors that read more have bounds of their own, which tests of the bounds try.</summary>
    public const int MaxBytes = 64 << 10;

    public static byte[] Make(Grammar grammar, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        if (dice.OneIn(200))
            return dice.Bytes(dice.Size(600));
        var input = dice.Pick(seeds);
        for (var changes = 1 + (dice.OneIn(2) ? 0 : dice.Below(4)); changes > 0; changes--)
            input = dice.OneIn(4) ? ByteChanges.Apply(input, seeds, dice) : Structured(grammar, input, seeds, dice);
        return input.Length > MaxBytes ? input[..MaxBytes] : input;
    }

    private static byte[] Structured(Grammar grammar, byte[] input, IReadOnlyList<byte[]> seeds, Dice dice) => grammar switch
    {
        Grammar.Binary => dice.OneIn(2) ? LengthChanges.Apply(input, dice) : ByteChanges.Apply(input, seeds, dice),
        Grammar.Protobuf => TreeChanges.Apply(ProtobufTree.Format, input, seeds, dice),
        Grammar.Rlp => TreeChanges.Apply(RlpTree.Format, input, seeds, dice),
        Grammar.Der => TreeChanges.Apply(DerTree.Format, input, seeds, dice),
        Grammar.Pem => PemChanges.Apply(input, seeds, dice),
        Grammar.Yaml => YamlChanges.Apply(input, seeds, dice),
        Grammar.Json => JsonChanges.Apply(input, seeds, dice),
        Grammar.Word => WordChanges.Apply(input, seeds, dice),
    };
}
