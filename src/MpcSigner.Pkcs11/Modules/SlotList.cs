using System.Globalization;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>Slots with tokens. On a thread of the module.</summary>
internal static unsafe class SlotList
{
    /// <summary>Slots of one module; a module that names more is not believed.</summary>
    internal const int MaxSlots = 1_024;

    /// <summary>Mechanisms of one token.</summary>
    internal const int MaxMechanisms = 4_096;

    private const int Attempts = 3;

    /// <summary>What a mechanism must be good for to be of use here.</summary>
    private static readonly (CKM Mechanism, ulong Flags)[] Uses =
    [
        (CKM.AES_GCM, CKF.ENCRYPT | CKF.DECRYPT), (CKM.AES_KEY_WRAP_KWP, CKF.WRAP | CKF.UNWRAP), (CKM.AES_KEY_WRAP_PAD, CKF.WRAP | CKF.UNWRAP),
        (CKM.EDDSA, CKF.SIGN), (CKM.ECDSA, CKF.SIGN), (CKM.AES_KEY_GEN, CKF.GENERATE), (CKM.EC_KEY_PAIR_GEN, CKF.GENERATE_KEY_PAIR),
        (CKM.EC_EDWARDS_KEY_PAIR_GEN, CKF.GENERATE_KEY_PAIR),
    ];

    /// <summary>Tokens that can be described; one that goes away meanwhile is left out.</summary>
    internal static IReadOnlyList<TokenDescription> Read(Cryptoki functions)
    {
        List<TokenDescription> tokens = [];
        foreach (var slot in Slots(functions))
        {
            CK_TOKEN_INFO info;
            var code = functions.C_GetTokenInfo(slot, &info);
            if (code == (ulong)CKR.OK)
                tokens.Add(TokenDescription.From(slot, info));
            else if (ReturnCodes.ConsequenceOf(code) is not (Consequence.Lost or Consequence.AskToken))
                Cryptoki.Check(code, "C_GetTokenInfo", null);
        }
        return tokens;
    }

    internal static TokenDescription Find(Cryptoki functions, string label, string? serial)
    {
        var all = Read(functions);
        var found = all.Where(t => t.IsInitialised && t.Label == label && (serial is null || t.Serial == serial)).ToList();
        if (found is [var one])
            return one;
        if (found is [])
        {
            var others = all.Where(t => t.IsInitialised).Select(t => $"'{t.Label}' (serial {t.Serial})").ToList();
            throw new Pkcs11Exception(
                Pkcs11Failure.TokenNotFound,
                label,
                (serial is null ? "there is no token of that label" : $"there is no token of that label with serial {serial}")
                    + (others is [] ? "; the module shows no token at all." : $"; the module shows {string.Join(", ", others)}."));
        }
        throw new Pkcs11Exception(
            Pkcs11Failure.TokenAmbiguous,
            label,
            "several tokens have that label: " + string.Join(", ", found.Select(t => string.Create(CultureInfo.InvariantCulture, $"slot 0x{t.Slot:X} serial {t.Serial}"))) + ".");
    }

    /// <summary>The mechanisms of a token, without those of ours that it lists but does not let be used as we must.</summary>
    internal static IReadOnlySet<ulong> Mechanisms(Cryptoki functions, ulong slot, string token)
    {
        var listed = List(functions, slot, token);
        foreach (var (mechanism, flags) in Uses)
        {
            CK_MECHANISM_INFO info;
            if (!listed.Contains((ulong)mechanism) || functions.C_GetMechanismInfo(slot, (ulong)mechanism, &info) != (ulong)CKR.OK)
                continue; // A token that lists it and tells no more is taken at its word, and seen at work before it is relied on.
            if ((info.flags & flags) != flags)
                listed.Remove((ulong)mechanism);
        }
        return listed;
    }

    private static HashSet<ulong> List(Cryptoki functions, ulong slot, string token)
    {
        ulong[] list = [];
        ulong count = 0;
        for (var attempt = 1; ; attempt++)
        {
            Cryptoki.Check(functions.C_GetMechanismList(slot, null, &count), "C_GetMechanismList", token);
            list = new ulong[Bounded(count, MaxMechanisms, "C_GetMechanismList", token)];
            ulong code;
            fixed (ulong* first = list)
                code = functions.C_GetMechanismList(slot, first, &count);
            if (code == (ulong)CKR.BUFFER_TOO_SMALL && attempt < Attempts)
                continue;
            Cryptoki.Check(code, "C_GetMechanismList", token);
            return list[..Math.Min(list.Length, Bounded(count, MaxMechanisms, "C_GetMechanismList", token))].ToHashSet();
        }
    }

    private static ulong[] Slots(Cryptoki functions)
    {
        ulong count = 0;
        for (var attempt = 1; ; attempt++)
        {
            // Asking for the number alone is also what makes a module look for new slots.
            Cryptoki.Check(functions.C_GetSlotList(CK.TRUE, null, &count), "C_GetSlotList", null);
            var list = new ulong[Bounded(count, MaxSlots, "C_GetSlotList", null)];
            ulong code;
            fixed (ulong* first = list)
                code = functions.C_GetSlotList(CK.TRUE, first, &count);
            if (code == (ulong)CKR.BUFFER_TOO_SMALL && attempt < Attempts)
                continue;
            Cryptoki.Check(code, "C_GetSlotList", null);
            return list[..Math.Min(list.Length, Bounded(count, MaxSlots, "C_GetSlotList", null))];
        }
    }

    private static int Bounded(ulong count, int most, string function, string? token) => count <= (ulong)most
        ? (int)count
        : throw new Pkcs11Exception(Pkcs11Failure.BadAnswer, token, $"{function}: {count} entries, of which {most} at most are believed.");
}
