using System.Globalization;
using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Finds objects. On a thread of the module.</summary>
internal static unsafe class KeyList
{
    /// <summary>Objects of one token that are looked at.</summary>
    internal const int MaxObjects = 4_096;

    private const int Page = 64;

    /// <summary>The one key of a name; its handle is remembered as long as the connection lives.</summary>
    internal static ulong Find(SessionCall call, CKO kind, KeyName name)
    {
        if (call.Connection.Handles.TryGetValue((kind, name), out var known))
            return known;
        var found = FindAll(call, kind, name);
        if (found is [])
            throw new Pkcs11Exception(Pkcs11Failure.KeyNotFound, call.Token, $"there is no {Shown(kind)} key {name}.");
        if (found is not [var handle])
            throw new Pkcs11Exception(Pkcs11Failure.KeyAmbiguous, call.Token, $"{found.Count.ToString(CultureInfo.InvariantCulture)} {Shown(kind)} keys are called {name}.");
        call.Connection.Handles[(kind, name)] = handle;
        return handle;
    }

    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.KeyExists"/>.</exception>
    internal static void RequireNone(SessionCall call, CKO kind, KeyName name)
    {
        if (FindAll(call, kind, name) is not [])
            throw new Pkcs11Exception(Pkcs11Failure.KeyExists, call.Token, $"there is a {Shown(kind)} key {name} already.");
    }

    internal static List<ulong> FindAll(SessionCall call, CKO kind, KeyName name) =>
        Search(call, new Template(call.Memory).With(CKA.CLASS, kind).Named(name));

    internal static IReadOnlyList<KeyDescription> Read(SessionCall call)
    {
        List<KeyDescription> keys = [];
        foreach (var kind in (ReadOnlySpan<CKO>)[CKO.SECRET_KEY, CKO.PRIVATE_KEY, CKO.PUBLIC_KEY])
        {
            foreach (var handle in Search(call, new Template(call.Memory).With(CKA.CLASS, kind).With(CKA.TOKEN, true)))
            {
                var label = Encoding.UTF8.GetString(KeyAttributes.Read(call, handle, CKA.LABEL) ?? []);
                var id = KeyAttributes.Read(call, handle, CKA.ID) ?? [];
                keys.Add(new(Shown(kind), OneLine.Of(label, '?'), Convert.ToHexStringLower(id)));
            }
        }
        return keys;
    }

    private static List<ulong> Search(SessionCall call, Template template)
    {
        var mark = call.Memory.Mark;
        List<ulong> found = [];
        call.Check(call.Functions.C_FindObjectsInit(call.Session, template.Build(), template.Count), "C_FindObjectsInit");
        var handles = (ulong*)call.Memory.Allocate(Page * sizeof(ulong)).Address;
        var count = (ulong*)call.Memory.Allocate(sizeof(ulong)).Address;
        do
        {
            call.Check(call.Functions.C_FindObjects(call.Session, handles, Page, count), "C_FindObjects");
            if (*count > Page)
                throw call.BadAnswer($"C_FindObjects says that it found {*count} objects where {Page} were asked for.");
            for (var i = 0; i < (int)*count; i++)
                found.Add(handles[i]);
            if (found.Count > MaxObjects)
                throw new Pkcs11Exception(Pkcs11Failure.KeyAmbiguous, call.Token, $"more than {MaxObjects} objects answer to one search.");
        }
        while (*count > 0);
        call.Check(call.Functions.C_FindObjectsFinal(call.Session), "C_FindObjectsFinal");
        call.Memory.ReturnTo(mark);
        // A token that has lost the login finds nothing, and does not say why: what is not found without one may well be there.
        if (found is [] && !TokenCheck.IsLoggedIn(call.Connection, call.Session))
            call.Check((ulong)CKR.USER_NOT_LOGGED_IN, "C_FindObjects");
        return found;
    }

    private static string Shown(CKO kind) => kind switch
    {
        CKO.PUBLIC_KEY => "public",
        CKO.PRIVATE_KEY => "private",
        CKO.SECRET_KEY => "secret",
    };
}
