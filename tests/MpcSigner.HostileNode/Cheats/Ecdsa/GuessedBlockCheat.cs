using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>A receiver of correlated OT that uses X ⊕ E in one block and shifts its checks for a guess of the sender's four bits there (spec §6, "what a cheating B can do"): right once in sixteen times.</summary>
internal sealed class GuessedBlockCheat : Cheat
{
    private const int Block = 7, Guess = 11, ErrorAt = 5;

    private const byte Error = 0x10;

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message is not { Protocol: ProtocolKind.Presign, Type: MessageType.Round, Round: 1 })
            return message.Payload;
        byte[] bent = [.. message.Payload];
        var part = PresignLayout.Part(bent.AsSpan(), PresignLayout.Round1, 0);
        var (session, setup) = (message.Session, hand.SetupWith(message.To));
        Shift(setup, new(setup.ReceivingId, new(part[PresignLayout.Context]), session.SelfPid, session.PidOf(message.To)), part[PresignLayout.Cot]);
        hand.Done($"{message.To}");
        return bent;
    }

    private static void Shift(PairSetup setup, CotTerms terms, Span<byte> message)
    {
        message[CotMessage.Row(Block)][ErrorAt] ^= Error;
        var session = CotHashes.Session(terms, CotMessage.Nonce(message));
        var challenges = CotHashes.ChallengesOf(CotHashes.Transcript(session, message));
        using var permutation = CotHashes.PrgPermutation(session);
        using var memory = SecureMemory.Allocate(OtSizes.Matrix + OtSizes.Trees * OtSizes.PaddedRow);
        Span<byte> rows = memory.DangerousSpan[..OtSizes.Matrix], sums = memory.DangerousSpan[OtSizes.Matrix..];
        using (var leaves = setup.Receiving.Leaves.Borrow())
            LeafExpansion.Run(permutation, leaves.Span, sums, rows);
        Span<byte> x = stackalloc byte[OtSizes.RowSize], error = stackalloc byte[OtSizes.RowSize]; // X by an unchanged row
        for (var i = 0; i < x.Length; i++)
            x[i] = (byte)(message[CotMessage.Row(0)][i] ^ sums[i]);
        error.Clear();
        error[ErrorAt] = Error;
        BinaryField.Write(BinaryField.Fold(x, challenges), message[CotMessage.ChoiceCheck]);
        var shift = BinaryField.Fold(error, challenges);
        for (var p = 0; p < OtSizes.Kappa; p++)
        {
            var check = BinaryField.Fold(rows[(p * OtSizes.PaddedRow)..], challenges);
            var isGuessed = p / OtSizes.BlockBits == Block && (Guess >> (p % OtSizes.BlockBits) & 1) == 1;
            BinaryField.Write(isGuessed ? check ^ shift : check, message[CotMessage.RowCheck(p)]);
        }
    }
}
