/* file_rights_windows.c -- who may do what with a file, by its list. */
#include "os/file_windows.h"

#include <errno.h>
#include <stdio.h>

#include <aclapi.h>
#include <sddl.h>

static GENERIC_MAPPING generic = {FILE_GENERIC_READ, FILE_GENERIC_WRITE,
                                  FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};

/* ---- who is who ------------------------------------------------------------- */

static bool is_any(PSID who, const WELL_KNOWN_SID_TYPE *types, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (IsWellKnownSid(who, types[i]))
            return true;
    return false;
}

/* Whoever can log on, or come over the network. */
static bool is_everybody(PSID who)
{
    static const WELL_KNOWN_SID_TYPE TYPES[] = {
        WinWorldSid,       WinAuthenticatedUserSid, WinBuiltinUsersSid,
        WinInteractiveSid, WinNetworkSid,           WinAnonymousSid,
        WinBuiltinGuestsSid};

    return is_any(who, TYPES, sizeof TYPES / sizeof *TYPES);
}

/* The service that installs the system's own files. */
static bool is_installer(PSID who)
{
    static const wchar_t NAME[] =
        L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
    PSID installer = NULL;
    bool same;

    if (!ConvertStringSidToSidW(NAME, &installer))
        return false;
    same = EqualSid(who, installer);
    LocalFree(installer);
    return same;
}

/* Who can do anything anyway, and whoever owns the file. */
static bool is_admin(PSID who)
{
    static const WELL_KNOWN_SID_TYPE TYPES[] = {
        WinLocalSystemSid, WinBuiltinAdministratorsSid, WinCreatorOwnerSid,
        WinCreatorOwnerRightsSid};

    return is_any(who, TYPES, sizeof TYPES / sizeof *TYPES) ||
           is_installer(who);
}

/* The user of this process. */
struct me {
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } u;
};

static bool find_me(struct me *me)
{
    HANDLE token;
    DWORD n;
    BOOL ok;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    ok = GetTokenInformation(token, TokenUser, &me->u, sizeof me->u, &n);
    CloseHandle(token);
    return ok;
}

PSECURITY_DESCRIPTOR eo_windows_users_alone(void)
{
    static const wchar_t LIST[] =
        L"D:P(A;OICI;FA;;;%ls)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
    wchar_t list[300];
    PSECURITY_DESCRIPTOR rights = NULL;
    wchar_t *name = NULL;
    struct me me;

    if (!find_me(&me) || !ConvertSidToStringSidW(me.u.user.User.Sid, &name)) {
        eo_windows_fail();
        return NULL;
    }
    swprintf(list, sizeof list / sizeof *list, LIST, name);
    LocalFree(name);
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            list, SDDL_REVISION_1, &rights, NULL))
        eo_windows_fail();
    return rights;
}

/* ---- what they may ------------------------------------------------------------ */

/* One entry after the other; what was denied to everybody before is not given
 * after it.  What is denied to some counts for nothing: others remain. */
static void read_entry(struct rights *r, ACCESS_MASK *denied, PACL list,
                       DWORD i, const struct me *me)
{
    ACCESS_ALLOWED_ACE *ace; /* as the other is, which denies */
    ACCESS_MASK mask;
    PSID who;

    if (!GetAce(list, i, (void **)&ace) ||
        (ace->Header.AceFlags & INHERIT_ONLY_ACE) ||
        (ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE &&
         ace->Header.AceType != ACCESS_DENIED_ACE_TYPE))
        return;
    mask = ace->Mask;
    MapGenericMask(&mask, &generic);
    who = (PSID)&ace->SidStart;
    if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE) {
        if (IsWellKnownSid(who, WinWorldSid))
            *denied |= mask;
        return;
    }
    if (is_admin(who) || EqualSid(who, me->u.user.User.Sid))
        return;
    r->some |= mask & ~*denied;
    if (is_everybody(who))
        r->all |= mask & ~*denied;
}

int eo_windows_rights(HANDLE file, struct rights *r)
{
    PSECURITY_DESCRIPTOR about = NULL;
    ACCESS_MASK denied = 0;
    PACL list = NULL;
    PSID owner = NULL;
    struct me me;
    const DWORD code = GetSecurityInfo(
        file, SE_FILE_OBJECT,
        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, NULL,
        &list, NULL, &about);

    *r = (struct rights){0};
    if (code != ERROR_SUCCESS || !find_me(&me)) {
        errno = code != ERROR_SUCCESS ? eo_windows_errno(code) : EACCES;
        LocalFree(about);
        return -1;
    }
    r->owner_is_other = owner != NULL && !is_admin(owner) &&
                        !EqualSid(owner, me.u.user.User.Sid);
    if (list == NULL) /* as a filesystem has it that knows no rights */
        r->all = r->some = FILE_ALL_ACCESS;
    else
        for (DWORD i = 0; i < list->AceCount; i++)
            read_entry(r, &denied, list, i, &me);
    LocalFree(about);
    return 0;
}
