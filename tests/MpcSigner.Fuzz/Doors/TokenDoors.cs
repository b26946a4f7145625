using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Fuzz.Doors;

/// <summary>What a token's module says: sealed forms, public points, padded names. A module is foreign code.</summary>
internal static class TokenDoors
{
    public static IEnumerable<Door> All =>
    [
        new("token/sealed-form", Grammar.Binary, Forms, Form, "SealedForm.TryRead", "SealingKey.OpenedLength"),
        new("token/point", Grammar.Der, () => [[0x04, 0x20, .. new byte[32]], new byte[32], [0x04, 0x41, 0x04, .. new byte[64]]], Point, "Curves.ReadPoint"),
        new("token/padded-text", Grammar.Word, () => [Encoding.ASCII.GetBytes("a token".PadRight(32)), Encoding.ASCII.GetBytes("serial\0\0\0")], Text, "PaddedText.Read"),
        new("token/probe-line", Grammar.Word, Lines, Line, "ProbeLine.TryRead"),
    ];

    private static IEnumerable<byte[]> Forms() =>
        from method in Enum.GetValues<SealMethod>()
        select SealedForm.Write(method, SealMethods.Wraps(method) ? new byte[40] : [], new byte[12], new byte[48]);

    private static IEnumerable<byte[]> Lines() =>
    [
        """{"Usable":true,"Detail":"a library 2.6 of its maker, 2 token(s)","NextStep":"","Module":{"CryptokiVersion":"2.40","Manufacturer":"m","Library":"l","LibraryVersion":"2.6","HasInterfaces":false}}"""u8.ToArray(),
        """{"Usable":false,"Detail":"it does not initialise","NextStep":"See its log.","Module":null}"""u8.ToArray(),
    ];

    private static bool Line(byte[] input)
    {
        if (!ProbeLine.TryRead(Encoding.UTF8.GetString(input), out var line))
            return false;
        Wrong.If((line.Detail + line.NextStep).Any(OneLine.Breaks) || (line.Usable && line.Module is null), "an answer that cannot be shown, or says of nothing that it is usable");
        return true;
    }

    private static bool Form(byte[] input)
    {
        if (!SealedForm.TryRead(input, out var form))
            return false;
        Wrong.If(form.PlainLength <= 0, "a secret of no length");
        Wrong.Unless(SealedForm.Write(form.Method, form.Wrapped, form.Iv, form.Cipher), input);
        return true;
    }

    private static bool Point(byte[] input)
    {
        var ed25519 = Curves.ReadPoint(SigningAlgorithm.Ed25519, input);
        var p256 = Curves.ReadPoint(SigningAlgorithm.P256, input);
        Wrong.If(ed25519 is not null && ed25519.Length != 32 || p256 is not null && p256.Length != 65, "a point of another length");
        return ed25519 is not null || p256 is not null;
    }

    private static unsafe bool Text(byte[] input)
    {
        fixed (byte* bytes = input)
            Wrong.If(PaddedText.Read(bytes, input.Length).Any(OneLine.Breaks), "characters that break a line");
        return true;
    }
}
