using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Attributes that an object is to have, laid out in a call's memory.</summary>
internal sealed unsafe class Template(CallMemory memory)
{
    private readonly List<CK_ATTRIBUTE> _attributes = [];

    internal Template With(CKA type, bool value) => Add(type, memory.Copy([value ? CK.TRUE : CK.FALSE]));

    internal Template With(CKA type, ulong value) => Add(type, memory.Copy(BitConverter.GetBytes(value)));

    internal Template With(CKA type, CKO value) => With(type, (ulong)value);

    internal Template With(CKA type, CKK value) => With(type, (ulong)value);

    internal Template With(CKA type, ReadOnlySpan<byte> value) => Add(type, memory.Copy(value));

    internal Template Named(KeyName name) => With(CKA.LABEL, name.LabelBytes).With(CKA.ID, name.IdBytes);

    /// <summary>A value that is in the call's memory already, and must not be copied once more.</summary>
    internal Template Add(CKA type, NativeBytes value)
    {
        _attributes.Add(new() { type = (ulong)type, pValue = value.Address, ulValueLen = (ulong)value.Length });
        return this;
    }

    internal ulong Count => (ulong)_attributes.Count;

    /// <summary>The array, for one call.</summary>
    internal CK_ATTRIBUTE* Build()
    {
        var array = (CK_ATTRIBUTE*)memory.Allocate(sizeof(CK_ATTRIBUTE) * Math.Max(1, _attributes.Count)).Address;
        for (var i = 0; i < _attributes.Count; i++)
            array[i] = _attributes[i];
        return array;
    }
}
