import type { RefusalCode } from '../foundation/refusal.ts'

export type Sentence = { code: RefusalCode; message: string; remedy: string }

const emailForm: Sentence = {
  code: 'invalid_request',
  message: 'this is no e-mail address',
  remedy: 'send one like kim@example.com, without spaces',
}
const nameFilled: Sentence = {
  code: 'invalid_request',
  message: 'a name is empty, or has line breaks or control characters in it',
  remedy: 'send a name of one line',
}

/**
 * What a violated constraint means to the person who violated it, by its name. A constraint that is not here is refused
 * by the general sentence for its kind. A sentence never repeats what the person sent.
 */
export const constraintRefusals: Readonly<Record<string, Sentence>> = {
  // accounts
  account_emails_pkey: {
    code: 'email_taken',
    message: 'this e-mail address already belongs to an account',
    remedy: 'sign in with it, or use another address',
  },
  account_emails_form: emailForm,
  accounts_name_filled: nameFilled,

  // tenants
  tenants_slug_key: {
    code: 'name_taken',
    message: 'another tenant already has this short name',
    remedy: 'choose another one',
  },
  tenants_slug_form: {
    code: 'invalid_request',
    message: 'a short name is made of small letters, digits and single hyphens between them',
    remedy: 'send one like north-harbour',
  },
  tenants_name_filled: nameFilled,
  tenants_operator_stays: {
    code: 'not_allowed',
    message: 'the operator tenant cannot be deleted',
    remedy: 'delete the tenants that it looks after, or reset the installation',
  },

  // users
  users_tenant_email_key: {
    code: 'email_taken',
    message: 'somebody in this tenant already has this e-mail address',
    remedy: 'change that person instead, or use another address',
  },
  users_tenant_username_key: {
    code: 'name_taken',
    message: 'somebody in this tenant already has this user name',
    remedy: 'choose another one',
  },
  users_tenant_account_key: {
    code: 'already_exists',
    message: 'this account already belongs to somebody in this tenant',
    remedy: 'change that person instead',
  },
  users_email_form: emailForm,
  users_name_filled: nameFilled,
  users_username_form: {
    code: 'invalid_request',
    message: 'a user name has no capitals, no spaces and no @',
    remedy: 'send one like kim.lee',
  },
  users_phone_form: {
    code: 'invalid_request',
    message: 'this is no telephone number',
    remedy: 'send one like +44 20 7946 0000',
  },
  users_avatar_url_form: {
    code: 'invalid_request',
    message: 'a picture is given by an address that begins with https://',
    remedy: 'send one like https://example.com/kim.png',
  },

  // roles
  roles_tenant_name_key: {
    code: 'name_taken',
    message: 'this tenant already has a role of that name',
    remedy: 'change that role instead, or choose another name',
  },
  roles_name_filled: nameFilled,
  role_permissions_pkey: {
    code: 'already_exists',
    message: 'the role already has this permission',
    remedy: 'name each permission once',
  },
  role_permissions_scope_known: {
    code: 'invalid_request',
    message: 'a permission is for any object, or for one’s own',
    remedy: 'send any or own',
  },
  role_permissions_permission_fkey: {
    code: 'not_found',
    message: 'there is no such permission',
    remedy: 'list the permissions, and choose among them',
  },
  role_inheritance_role_id_fkey: {
    code: 'not_found',
    message: 'there is no such role in this tenant',
    remedy: 'list the roles, and choose among them',
  },
  role_inheritance_junior_id_fkey: {
    code: 'not_found',
    message: 'there is no such role in this tenant',
    remedy: 'list the roles, and choose among them',
  },
  separation_sets_tenant_name_key: {
    code: 'name_taken',
    message: 'this tenant already has a set of that name',
    remedy: 'change that set instead, or choose another name',
  },
  separation_sets_name_filled: nameFilled,
  separation_sets_cardinality_separates: {
    code: 'invalid_request',
    message: 'two to a hundred roles can be too many for one person',
    remedy: 'send a cardinality from 2 to 100',
  },
  separation_set_roles_role_id_fkey: {
    code: 'not_found',
    message: 'there is no such role in this tenant',
    remedy: 'list the roles, and choose among them',
  },
  separation_set_roles_set_id_fkey: {
    code: 'not_found',
    message: 'there is no such set in this tenant',
    remedy: 'list the sets, and choose among them',
  },
  user_roles_pkey: {
    code: 'already_exists',
    message: 'this person already has this role',
    remedy: 'change the time for which they have it, or leave it as it is',
  },
  user_roles_times_tellable: {
    code: 'invalid_request',
    message: 'this time cannot be written down',
    remedy: 'send one in the years 1 to 9999, or leave it out for good',
  },
  user_roles_range_not_empty: {
    code: 'invalid_request',
    message: 'a role would end before it begins',
    remedy: 'send an end that is later than the beginning',
  },
  user_roles_role_id_fkey: {
    code: 'not_found',
    message: 'there is no such role in this tenant',
    remedy: 'list the roles, and choose among them',
  },
  user_roles_user_id_fkey: {
    code: 'not_found',
    message: 'there is no such person in this tenant',
    remedy: 'list the people, and choose among them',
  },

  // invitations
  invitations_one_pending: {
    code: 'already_exists',
    message: 'this e-mail address has an invitation that is still open',
    remedy: 'revoke that one first, or let it be accepted',
  },
  invitations_email_form: emailForm,
  invitations_role_id_fkey: {
    code: 'not_found',
    message: 'there is no such role in this tenant',
    remedy: 'list the roles, and choose among them',
  },

  // posts and comments
  posts_title_filled: {
    code: 'invalid_request',
    message: 'a title is empty, or has line breaks or control characters in it',
    remedy: 'send a title of one line',
  },
  posts_content_length: {
    code: 'invalid_request',
    message: 'a post has at most 100,000 characters',
    remedy: 'shorten it, or make two of it',
  },
  posts_status_known: {
    code: 'invalid_request',
    message: 'a post is draft, published or archived',
    remedy: 'send one of the three',
  },
  comments_content_length: {
    code: 'invalid_request',
    message: 'a comment has between 1 and 10,000 characters',
    remedy: 'write something, or shorten it',
  },
  comments_post_id_fkey: {
    code: 'not_found',
    message: 'there is no such post in this tenant',
    remedy: 'list the posts, and choose among them',
  },
}

/** What a foreign key means from its other end, to somebody who deletes what others refer to. */
export const inUseRefusals: Readonly<Record<string, Sentence>> = {
  user_roles_role_id_fkey: {
    code: 'still_in_use',
    message: 'people still have this role',
    remedy: 'take it away from them first',
  },
  separation_set_roles_role_id_fkey: {
    code: 'still_in_use',
    message: 'this role is in a set of separated duties',
    remedy: 'take it out of the set first',
  },
  role_inheritance_junior_id_fkey: {
    code: 'still_in_use',
    message: 'other roles inherit from this role',
    remedy: 'end that first',
  },
  invitations_role_id_fkey: {
    code: 'still_in_use',
    message: 'an invitation still offers this role',
    remedy: 'revoke the invitation first',
  },
  posts_user_id_fkey: {
    code: 'still_in_use',
    message: 'this person has written posts',
    remedy: 'suspend them instead, or delete the posts first',
  },
  comments_user_id_fkey: {
    code: 'still_in_use',
    message: 'this person has written comments',
    remedy: 'suspend them instead, or delete the comments first',
  },
  role_permissions_permission_fkey: {
    code: 'still_in_use',
    message: 'roles still have this permission',
    remedy: 'take it away from them first',
  },
}
