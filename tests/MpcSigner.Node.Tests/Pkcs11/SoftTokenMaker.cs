using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>Makes tokens inside SoftHSM2 as it runs in this process: one that another process makes is not seen before the next C_Initialize.</summary>
internal static unsafe class SoftTokenMaker
{
    private const int LabelBytes = 32;
    private const int GetSlotList = 4, GetTokenInfo = 6, InitToken = 9, InitPin = 10, OpenSession = 12, CloseSession = 13, Login = 18, Logout = 19;
    private const int TokenInfoBytes = 208, FlagsAt = 96;
    private const ulong Initialised = 1 << 10, ReadWrite = 2, Serial = 4, Officer = 0;

    private static readonly Lock Gate = new();

    public static void Make(string label, string pin, string officerPin)
    {
        lock (Gate)
        {
            var handle = NativeLibrary.Load(SoftToken.LibraryPath);
            nint list = 0;
            Ok(((delegate* unmanaged[Cdecl]<nint*, ulong>)NativeLibrary.GetExport(handle, "C_GetFunctionList"))(&list));
            var functions = (nint*)list + 1;
            var slot = FreeSlot(functions);
            var (officer, user, name) = (Encoding.ASCII.GetBytes(officerPin), Encoding.ASCII.GetBytes(pin), Encoding.UTF8.GetBytes(label.PadRight(LabelBytes)));
            fixed (byte* so = officer, us = user, text = name)
            {
                Ok(((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, byte*, ulong>)functions[InitToken])(slot, so, (ulong)officer.Length, text));
                ulong session = 0;
                Ok(((delegate* unmanaged[Cdecl]<ulong, ulong, void*, void*, ulong*, ulong>)functions[OpenSession])(slot, ReadWrite | Serial, null, null, &session));
                Ok(((delegate* unmanaged[Cdecl]<ulong, ulong, byte*, ulong, ulong>)functions[Login])(session, Officer, so, (ulong)officer.Length));
                Ok(((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, ulong>)functions[InitPin])(session, us, (ulong)user.Length));
                Ok(((delegate* unmanaged[Cdecl]<ulong, ulong>)functions[Logout])(session));
                Ok(((delegate* unmanaged[Cdecl]<ulong, ulong>)functions[CloseSession])(session));
            }
        }
    }

    private static ulong FreeSlot(nint* functions)
    {
        var get = (delegate* unmanaged[Cdecl]<byte, ulong*, ulong*, ulong>)functions[GetSlotList];
        ulong count = 0;
        Ok(get(1, null, &count));
        var slots = new ulong[count];
        fixed (ulong* first = slots)
            Ok(get(1, first, &count));
        var info = stackalloc byte[TokenInfoBytes];
        foreach (var slot in slots)
        {
            Ok(((delegate* unmanaged[Cdecl]<ulong, byte*, ulong>)functions[GetTokenInfo])(slot, info));
            if ((*(ulong*)(info + FlagsAt) & Initialised) == 0)
                return slot;
        }
        throw new InvalidOperationException("SoftHSM2 shows no free slot");
    }

    private static void Ok(ulong code) => Assert.Equal(0ul, code);
}
